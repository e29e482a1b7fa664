import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { armingGuard } from './arming.ts'
import { authorisation, type AuthorisationOptions } from './authorisation.ts'
import { automatedExecution, type AutomatedExecutionOptions } from './automated-execution.ts'
import { buyingPower, type BuyingPowerOptions } from './buying-power.ts'
import { clockSanityGuard } from './clock-sanity.ts'
import { concentration, type ConcentrationOptions } from './concentration.ts'
import { dailyLoss, type DailyLossOptions } from './daily-loss.ts'
import { dailyNotional, type DailyNotionalOptions } from './daily-notional.ts'
import { drawdown, type DrawdownOptions } from './drawdown.ts'
import { duplicateOrder, type DuplicateOrderOptions } from './duplicate-order.ts'
import { environmentGuard } from './environment.ts'
import { grossExposure, type GrossExposureOptions } from './gross-exposure.ts'
import type { Guard } from './guard.ts'
import { highValueApproval, type HighValueApprovalOptions } from './high-value-approval.ts'
import { instrumentList, type InstrumentListOptions } from './instrument-list.ts'
import { killSwitchGuard } from './kill-switch.ts'
import { maxOpenOrders, type MaxOpenOrdersOptions } from './max-open-orders.ts'
import { maxPosition, type MaxPositionOptions } from './max-position.ts'
import { messageRate, type MessageRateOptions } from './message-rate.ts'
import { orderQuantity, type OrderQuantityOptions } from './order-quantity.ts'
import { orderValue, type OrderValueOptions } from './order-value.ts'
import { priceCollar, type PriceCollarOptions } from './price-collar.ts'
import { reconciledGuard } from './reconciled.ts'
import { rejectRate, type RejectRateOptions } from './reject-rate.ts'
import { selfMatch } from './self-match.ts'
import { sessionHours, type SessionHoursOptions } from './session-hours.ts'
import { shortSelling, type ShortSellingOptions } from './short-selling.ts'
import { staleDataGuard } from './stale-data.ts'
import { valueWindow, type ValueWindowOptions } from './value-window.ts'
import { wellFormedGuard } from './well-formed.ts'

/** Makes a guard from the options that are journaled for it. */
export type GuardFactory = (options: never) => Guard

/** A replay asks for no codes. */
const noApprovals: ApprovalProvider = { name: 'none', verify: () => ({ valid: false }) }

/** Every guard of Sluice by name: how a replay comes by the guards of a journal. */
export const BUILT_IN_GUARDS: ReadonlyMap<string, GuardFactory> = new Map<string, GuardFactory>([
  ['arming', () => armingGuard],
  ['authorisation', (options: AuthorisationOptions) => authorisation(options)],
  ['automated-execution', (options: AutomatedExecutionOptions) => automatedExecution(options)],
  ['buying-power', (options: BuyingPowerOptions) => buyingPower(options)],
  ['clock-sanity', () => clockSanityGuard],
  ['concentration', (options: ConcentrationOptions) => concentration(options)],
  ['daily-loss', (options: DailyLossOptions) => dailyLoss(options)],
  ['daily-notional', (options: DailyNotionalOptions) => dailyNotional(options)],
  ['drawdown', (options: DrawdownOptions) => drawdown(options)],
  ['duplicate-order', (options: DuplicateOrderOptions) => duplicateOrder(options)],
  ['environment', () => environmentGuard],
  ['gross-exposure', (options: GrossExposureOptions) => grossExposure(options)],
  ['high-value-approval', (options: Omit<HighValueApprovalOptions, 'approvals'>) => highValueApproval({ ...options, approvals: noApprovals })],
  ['instrument-list', (options: InstrumentListOptions) => instrumentList(options)],
  ['kill-switch', () => killSwitchGuard],
  ['max-open-orders', (options: MaxOpenOrdersOptions) => maxOpenOrders(options)],
  ['max-position', (options: MaxPositionOptions) => maxPosition(options)],
  ['message-rate', (options: MessageRateOptions) => messageRate(options)],
  ['order-quantity', (options: OrderQuantityOptions) => orderQuantity(options)],
  ['order-value', (options: OrderValueOptions) => orderValue(options)],
  ['price-collar', (options: PriceCollarOptions) => priceCollar(options)],
  ['reconciled', () => reconciledGuard],
  ['reject-rate', (options: RejectRateOptions) => rejectRate(options)],
  ['self-match', () => selfMatch()],
  ['session-hours', (options: SessionHoursOptions) => sessionHours(options)],
  ['short-selling', (options: ShortSellingOptions) => shortSelling(options)],
  ['stale-data', () => staleDataGuard],
  ['value-window', (options: ValueWindowOptions) => valueWindow(options)],
  ['well-formed', () => wellFormedGuard],
])
