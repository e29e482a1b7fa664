import { InputMissing } from '../risk/input-missing.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, reject } from './guard.ts'

const control: Control = {
  prevents: 'Real money moved by what was started for play money, and the other way round',
  sources: ['SEC 15c3-5 (c)(2)', 'RTS 6 7', 'FIA production safeguards'],
  codes: {
    ENVIRONMENT_CHANGED: 'The broker connection is not for the kind of money the service was started with. Stop it and check the credentials.',
  },
  reducing: 'held',
  tightens: {},
}

/** Always on: the broker moves the money it moved when the service started. */
export const environmentGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'environment',
  options: null,
  control,
  check: ({ broker }, { view }): Decision => {
    const expected = view.environment(broker)
    const { environment } = view.capabilities(broker)
    if (expected === undefined) throw new InputMissing(`environment:${broker}`, `which money ${broker} moves was not written down`)
    if (environment !== expected) return reject('ENVIRONMENT_CHANGED', `${broker} is ${environment}, the service was started for ${expected}`, { limit: expected, observed: environment })
    return { verdict: 'allow', limit: expected, observed: environment }
  },
})
