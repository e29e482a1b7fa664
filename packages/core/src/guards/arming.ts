import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'

const control: Control = {
  prevents: 'Real money moved under limits that no human has armed',
  sources: ['SEC 15c3-5 (c)(2)', 'RTS 6 7', 'RTS 6 15(6)'],
  codes: { NOT_ARMED: 'The limits in force have not been armed for real money. Release the kill switch of scope `global` with a code.' },
  reducing: 'held',
  tightens: {},
}

/**
 * Always on, and silent on paper: a live broker needs a human who released the kill switch since the limits were last loosened by a
 * start. The release is the arming; such a start engages the kill switch, and this guard holds where that record is lost.
 */
export const armingGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'arming',
  options: null,
  control,
  check: ({ broker, purpose }, { view }): Decision => {
    if (view.capabilities(broker).environment === 'paper' || purpose === 'flatten') return allow
    if (view.armed()) return { verdict: 'allow', observed: 'armed' }
    return reject('NOT_ARMED', 'the limits in force have not been armed for real money; release the kill switch', { limit: 'armed', observed: 'not armed' })
  },
})
