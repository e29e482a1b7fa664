import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'

const control: Control = {
  prevents: 'New risk on a clock that has jumped, and with it every window, age and session',
  sources: ['RTS 25 3', 'RTS 6 16', 'FIA system safeguards'],
  codes: { CLOCK_JUMPED: 'The wall clock has jumped against the steady one. Orders go again once the books have been compared with the broker.' },
  reducing: 'pass',
  tightens: {},
}

/** Always on: a jump of more than a second denies new risk until a comparison with the broker rebases the clocks (PROTOCOL E6). */
export const clockSanityGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'clock-sanity',
  options: null,
  control,
  check: (order, { view }): Decision => {
    const jump = view.clockJump()
    if (jump === 0 || view.reducing(order)) return allow
    return reject('CLOCK_JUMPED', `the wall clock has jumped by ${jump} ms; the books are being compared with the broker`, { limit: '1000', observed: String(jump) })
  },
})
