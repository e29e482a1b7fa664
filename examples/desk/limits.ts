import { type ApprovalProvider, dailyLoss, type Guard, highValueApproval, maxPosition, messageRate, orderValue } from '@sluice/core'

/** What the desk may do. Money in USD. */
export interface DeskLimits {
  /** Largest position in units of a symbol, long or short. */
  readonly position: string
  /** Largest value of one order. */
  readonly orderValue: string
  /** Loss of a session from which only reducing orders pass. */
  readonly dailyLoss: string
  /** Value from which an order needs a code. */
  readonly approvalAbove: string
  /** Seconds over which orders without a code are added up towards it. */
  readonly approvalWindow: number
  /** Orders that may come at once, and a second for ever. */
  readonly burst: number
  readonly perSecond: number
}

export const deskLimits: DeskLimits = {
  position: '100',
  orderValue: '5000',
  dailyLoss: '500',
  approvalAbove: '2500',
  approvalWindow: 60,
  burst: 30,
  perSecond: 5,
}

/** The limits as guards. Kill switch, well-formedness, stale data and reconciliation are always on and need no line here. */
export function deskGuards(limits: DeskLimits, approvals: ApprovalProvider): readonly Guard[] {
  return [
    messageRate({ perSecond: limits.perSecond, burst: limits.burst }),
    maxPosition({ quantity: limits.position }),
    orderValue({ reject: limits.orderValue }),
    dailyLoss({ loss: limits.dailyLoss, roll: '18:00', zone: 'America/New_York' }),
    highValueApproval({ above: limits.approvalAbove, window: limits.approvalWindow, approvals }),
  ]
}
