/** Where an order stands, an event of it, and where it may stand after: the table of docs/order-lifecycle.md, as events tell it. */
type Row = Readonly<Record<string, readonly string[]>>

const ENDS: Row = { order_rejected: ['rejected'], order_canceled: ['canceled'], order_expired: ['expired'] }
const LATE: Row = { order_partially_filled: ['same'], order_filled: ['filled'] }

/** By the status that is shown before. `same`: it shows the same after. */
export const TRANSITION_ROWS: Readonly<Record<string, Row>> = {
  none: { order_denied: ['denied'], order_pending_approval: ['pending_approval'], order_pending_new: ['pending_new'], order_accepted: ['new'] },
  pending_approval: { order_pending_new: ['pending_new'], order_denied: ['denied'], order_canceled: ['canceled'] },
  pending_new: {
    ...ENDS, order_accepted: ['new'], order_partially_filled: ['partially_filled'], order_filled: ['filled'], order_unknown: ['unknown'], order_denied: ['denied'],
    order_pending_cancel: ['same'],
  },
  unknown: {
    ...ENDS, order_accepted: ['new', 'partially_filled', 'pending_cancel'], order_partially_filled: ['partially_filled', 'same'], order_filled: ['filled'], order_denied: ['denied'],
    order_pending_cancel: ['same', 'pending_cancel'], order_cancel_refused: ['new', 'same'], order_replaced: ['new'], order_replace_refused: ['new'],
  },
  new: {
    ...ENDS, order_partially_filled: ['partially_filled'], order_filled: ['filled'], order_suspended: ['suspended', 'done_for_day'],
    order_pending_cancel: ['pending_cancel'], order_pending_replace: ['pending_replace'], order_replaced: ['same'], order_unknown: ['unknown'],
  },
  partially_filled: {
    ...ENDS, order_partially_filled: ['same'], order_filled: ['filled'], order_suspended: ['suspended', 'done_for_day'],
    order_pending_cancel: ['pending_cancel'], order_pending_replace: ['pending_replace'], execution_busted: ['new', 'same'], execution_corrected: ['same'],
  },
  pending_cancel: {
    ...ENDS, order_partially_filled: ['same'], order_filled: ['filled'], order_suspended: ['same'], order_cancel_refused: ['new', 'partially_filled'], order_unknown: ['unknown'],
  },
  pending_replace: {
    ...ENDS, order_partially_filled: ['same'], order_filled: ['filled', 'same'], order_replaced: ['new', 'partially_filled'], order_replace_refused: ['new', 'partially_filled'],
    order_pending_cancel: ['pending_cancel'], order_unknown: ['unknown'],
  },
  suspended: { ...ENDS, order_partially_filled: ['partially_filled'], order_filled: ['filled'], order_accepted: ['new', 'partially_filled'], order_pending_cancel: ['pending_cancel'] },
  done_for_day: { ...ENDS, order_partially_filled: ['partially_filled'], order_filled: ['filled'], order_accepted: ['new', 'partially_filled'], order_pending_cancel: ['pending_cancel'] },
  filled: { execution_busted: ['new', 'partially_filled'], execution_corrected: ['partially_filled', 'same'] },
  // The broker has what was withdrawn before it left; the same of what was proven never sent.
  canceled: { ...LATE, order_accepted: ['new'], execution_busted: ['same'], execution_corrected: ['same'] },
  expired: LATE,
  rejected: { order_partially_filled: ['same'] },
  denied: { order_pending_new: ['pending_new'], order_denied: ['same'], order_pending_approval: ['pending_approval'], order_accepted: ['new'] },
}

/** Every cell, as the judge counts transitions. */
export const TRANSITIONS: readonly string[] = Object.entries(TRANSITION_ROWS).flatMap(([before, row]) =>
  Object.entries(row).flatMap(([event, afters]) => afters.map((after) => `${before} -${event}-> ${after === 'same' ? before : after}`)))

/** The rows nothing was reached of, and the cells. */
export function unreachedTransitions(reached: ReadonlyMap<string, number>): { readonly rows: readonly string[]; readonly cells: readonly string[] } {
  const cells = TRANSITIONS.filter((name) => (reached.get(name) ?? 0) === 0)
  const rows = Object.keys(TRANSITION_ROWS).filter((before) => ![...reached.keys()].some((name) => name.startsWith(`${before} -`)))
  return { rows, cells }
}
