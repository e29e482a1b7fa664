import type { Order, PendingApprovalOrder, Preflight } from '@sluice/core'

/** What went wrong, in words for a person. */
export interface Fault {
  readonly code: string
  readonly message: string
  /** The same call may succeed later. */
  readonly retryable: boolean
  readonly attemptsLeft?: number
}

/** Where a confirmation stands. */
export type Phase =
  /** The guards are being asked. */
  | { readonly kind: 'checking' }
  /** The guards have answered; a person decides. `expired`: the answer is too old to act on. */
  | { readonly kind: 'review'; readonly preflight: Preflight; readonly expired: boolean }
  /** The guards could not be asked. */
  | { readonly kind: 'check_failed'; readonly fault: Fault }
  /** The order is on its way: from here on nobody may send another. */
  | { readonly kind: 'sending' }
  /** The order waits for a code. */
  | { readonly kind: 'challenge'; readonly order: PendingApprovalOrder; readonly fault?: Fault }
  | { readonly kind: 'approving'; readonly order: PendingApprovalOrder }
  /**
   * The answer was lost: the order may have been accepted. `order` is present when the server has it but not the broker's word;
   * `missing`: the server does not have it so far, but may still get it.
   */
  | { readonly kind: 'unknown'; readonly looking: boolean; readonly order?: Order; readonly missing?: boolean }
  /** The server never took the order, and takes it no more: nothing was sent. */
  | { readonly kind: 'absent' }
  /** The server refused to record the order. */
  | { readonly kind: 'failed'; readonly fault: Fault }
  | { readonly kind: 'outcome'; readonly order: Order }

/** Phases in which closing the dialog would hide an answer that is about to come. */
export function isInFlight(phase: Phase): boolean {
  return phase.kind === 'sending' || phase.kind === 'approving'
}
