/** The invariants a run is judged by (docs/design.md §4), and what no program should do. */
export const INVARIANTS = {
  I1: 'no byte of an order leaves before its intent is durable',
  I2: 'one intent, at most one live broker order',
  I3: 'after a restart every intent is resolved with evidence, proven never sent, or unknown and holding its exposure',
  I4: 'no order is sent that takes worst-case exposure over a limit',
  I5: 'once engage has returned, no new order is written; what was in flight is swept',
  I6: 'an order over the threshold is sent only with an approval of its own; a code works once',
  I7: 'a fill applies in every state, once per execution; busts and corrections reverse it',
  I8: 'terminal states never regress; the filled quantity is the sum of the executions',
  I9: 'missing or stale input rejects what increases risk, never a cancel',
  I10: 'a journal error stops new orders; cancels still go',
  I11: 'every published event is durable, in order, gap-free and resumable',
  I12: 'no secret appears in an event, a log or an error',
  X1: 'no call fails with anything but a SluiceError',
  X2: 'every call ends',
} as const

export type InvariantId = keyof typeof INVARIANTS

export interface Violation {
  readonly invariant: InvariantId
  /** When, in ms since the start. */
  readonly at: number
  readonly message: string
}
