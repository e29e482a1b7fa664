import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { dailyLoss, type DailyLossOptions } from './daily-loss.ts'
import type { Guard } from './guard.ts'
import { highValueApproval, type HighValueApprovalOptions } from './high-value-approval.ts'
import { killSwitchGuard } from './kill-switch.ts'
import { maxPosition, type MaxPositionOptions } from './max-position.ts'
import { messageRate, type MessageRateOptions } from './message-rate.ts'
import { orderValue, type OrderValueOptions } from './order-value.ts'
import { reconciledGuard } from './reconciled.ts'
import { staleDataGuard } from './stale-data.ts'
import { wellFormedGuard } from './well-formed.ts'

/** Makes a guard from the options that are journaled for it. */
export type GuardFactory = (options: never) => Guard

/** A replay asks for no codes. */
const noApprovals: ApprovalProvider = { name: 'none', verify: () => ({ valid: false }) }

/** Every guard of Sluice by name: how a replay comes by the guards of a journal. */
export const BUILT_IN_GUARDS: ReadonlyMap<string, GuardFactory> = new Map<string, GuardFactory>([
  ['daily-loss', (options: DailyLossOptions) => dailyLoss(options)],
  ['high-value-approval', (options: Omit<HighValueApprovalOptions, 'approvals'>) => highValueApproval({ ...options, approvals: noApprovals })],
  ['kill-switch', () => killSwitchGuard],
  ['max-position', (options: MaxPositionOptions) => maxPosition(options)],
  ['message-rate', (options: MessageRateOptions) => messageRate(options)],
  ['order-value', (options: OrderValueOptions) => orderValue(options)],
  ['reconciled', () => reconciledGuard],
  ['stale-data', () => staleDataGuard],
  ['well-formed', () => wellFormedGuard],
])
