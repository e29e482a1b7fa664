import type { EventOf } from '../order/event.ts'

/** Codes each person has been asked for in a row without a right one. A fold of `approval_checked`. */
export type Approvers = ReadonlyMap<string, number>

export function applyApproverEvent(approvers: Map<string, number>, { data: { approver, step } }: EventOf<'approval_checked'>): void {
  if (step === 'asked') approvers.set(approver, (approvers.get(approver) ?? 0) + 1)
  else approvers.delete(approver)
}
