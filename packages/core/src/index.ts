// The order model
export type {
  LimitOrderRequest, MarketOrderRequest, OrderClass, OrderRequest, OrderTerms, OrderType, ReplaceRequest, Side, StopLimitOrderRequest,
  StopLoss, StopOrderRequest, TakeProfit, TimeInForce, TrailingStopOrderRequest,
} from './order/request.ts'
export { ORDER_CLASSES, ORDER_TYPES, SIDES, TIMES_IN_FORCE } from './order/request.ts'
export { orderRequestSchema, parseOrderRequest, replaceRequestSchema } from './order/parse-request.ts'
export type {
  Approval, Challenge, DecisionBasis, DecisionRecord, DecisionSettings, Denial, Evaluation, EventData, EventDraft, EventOf, EventType, Execution, ExternalOrders,
  GuardLimits, Json, KillLevel, KillScope,
  OrderIntent, Rejection, Reservation, StoredEvent,
} from './order/event.ts'
export { GLOBAL_ACCOUNT } from './order/event.ts'
export { historyOrderIdOf, orderIdOf } from './order/order-of-event.ts'
export type {
  DeniedOrder, LiveOrder, Order, OrderState, OrderStatus, PendingApprovalOrder, RejectedOrder,
} from './order/order.ts'
export { isFinished, toOrder } from './order/order.ts'
export { reduceOrder } from './order/reduce.ts'
export type { Rounding, Units } from './order/decimal.ts'
export { divide, formatDecimal, isDecimal, multiply, ONE, parseBrokerDecimal, parseDecimal } from './order/decimal.ts'

// The runtime seam
export type { Clock, Timer } from './runtime/clock.ts'
export { systemClock, toIso, utcInstant } from './runtime/clock.ts'
export type { Ids } from './runtime/ids.ts'
export { createIds } from './runtime/ids.ts'
export type { ErrorCode, Issue, SluiceErrorDetails } from './runtime/errors.ts'
export { SluiceError } from './runtime/errors.ts'
export type { LogFields, Logger } from './runtime/logger.ts'
export { silentLogger } from './runtime/logger.ts'

// The service
export { createExecutionService } from './service/create-execution-service.ts'
export type { ExecutionServiceOptions } from './service/options.ts'
export { type PlacementResult, placeOrders, type PlaceOrdersOptions } from './service/place-orders.ts'
export type { Alert } from './pipeline/alert.ts'
export type {
  Adoption, ApprovalRequest, BrokerConnection, BrokerInfo, CancelResult, CommandOptions, EngageCommand, EventsOptions, ExecutionService,
  KillReport, KillStatus, KillSwitch, OrderFilter, PlaceOptions, Position, Preflight, ReleaseCommand, ReplaceOptions, Resolution,
  ServiceState, StreamItem, StreamReset,
} from './service/execution-service.ts'

// Guards
export type { LimitsCommand, LimitsControl } from './service/limits-control.ts'
export type { LimitsOutcome } from './pipeline/limits/update-limits.ts'
export type { LimitsChoice } from './pipeline/limits/adopt-limits.ts'
export type { AccountLimitUse, GuardStatus } from './service/guard-status.ts'
export type { Control, LimitUse, Tightens } from './guards/control.ts'
export type { Decision, Guard, GuardInput, Trip } from './guards/guard.ts'
export { allow, challenge, defineGuard, reject, within } from './guards/guard.ts'
export { authorisation, type AuthorisationOptions, type TradingGrant } from './guards/authorisation.ts'
export { automatedExecution, type AutomatedExecutionOptions } from './guards/automated-execution.ts'
export { buyingPower, type BuyingPowerOptions } from './guards/buying-power.ts'
export { concentration, type ConcentrationOptions } from './guards/concentration.ts'
export { dailyNotional, type DailyNotionalOptions } from './guards/daily-notional.ts'
export { drawdown, type DrawdownOptions } from './guards/drawdown.ts'
export { duplicateOrder, type DuplicateOrderOptions } from './guards/duplicate-order.ts'
export { grossExposure, type GrossExposureOptions } from './guards/gross-exposure.ts'
export { instrumentList, type InstrumentListOptions } from './guards/instrument-list.ts'
export { maxOpenOrders, type MaxOpenOrdersOptions } from './guards/max-open-orders.ts'
export { orderQuantity, type OrderQuantityOptions } from './guards/order-quantity.ts'
export { priceCollar, type PriceBand, type PriceCollarOptions } from './guards/price-collar.ts'
export { rejectRate, type RejectRateOptions } from './guards/reject-rate.ts'
export { selfMatch } from './guards/self-match.ts'
export { sessionHours, type SessionHoursOptions } from './guards/session-hours.ts'
export { shortSelling, type ShortSellingOptions } from './guards/short-selling.ts'
export { valueWindow, type ValueWindowOptions } from './guards/value-window.ts'
export { dailyLoss, type DailyLossOptions } from './guards/daily-loss.ts'
export { highValueApproval, type HighValueApprovalOptions } from './guards/high-value-approval.ts'
export { maxPosition, type MaxPositionOptions } from './guards/max-position.ts'
export { messageRate, type MessageRateOptions } from './guards/message-rate.ts'
export { orderValue, type OrderValueOptions } from './guards/order-value.ts'
export type { OrderCandidate } from './risk/order-candidate.ts'
export type { Portfolio } from './risk/portfolio.ts'
export type { DatedAccountValues, Exposure, Holding, Mark, ProfitAndLoss, RiskView, SessionView } from './risk/risk-view.ts'
export { InputMissing } from './risk/input-missing.ts'
export type { SessionRoll } from './risk/session-day.ts'
export { isKillScope, KILL_LEVELS, type KillEntry, type KillState } from './kill-switch/kill-state.ts'
export { foldKillSwitch } from './kill-switch/fold-kill-switch.ts'
export { formatTrip, type OutsideTrip, parseTrips, tripPathOf, unreadableTrip } from './kill-switch/trip-file.ts'
export type { ApprovalAttempt, ApprovalProvider, ApprovalVerdict } from './approval/approval-provider.ts'
export type { SecretStore } from './approval/secret-store.ts'

// Replay
export type { GuardFactory } from './guards/built-in-guards.ts'
export type { Difference, DifferenceKind } from './replay/difference.ts'
export type { ReplayedJournal } from './replay/begin-account.ts'
export type { ReplayedAccount, Underived } from './replay/replay-account.ts'
export { type ReplayAccountReport, replayJournal, type ReplayOptions, type ReplayReport } from './replay/replay-journal.ts'

// Brokers
export type {
  AbsenceProof, AccountValues, AdapterContext, BrokerAdapter, BrokerCapabilities, BrokerExecution, BrokerOrder, BrokerOrderStatus,
  BrokerPosition, BrokerSnapshot, BrokerUpdate, CancelAllOutcome, CancelCommand, CommandOutcome, ConnectionState, Cursor, Instrument, Lookup, MarketData,
  MarketSession, OrderReference, Quote, ReferenceData, SnapshotPart, SubmitOutcome,
} from './broker/broker-adapter.ts'
export type { ApprovedOrder, ApprovedReplacement, Permit } from './broker/approved-order.ts'
export { type SimulatedBroker, simulatedBroker, type SimulatedBrokerOptions, type SimulatedBrokerOrder } from './broker/simulated/simulated-broker.ts'
export type { QuoteSource, TimeRange } from './broker/simulated/simulated-options.ts'
export { memoryStore, type SimulatedStore } from './broker/simulated/simulated-store.ts'

// Journals
export type { Appended, Batch, Journal, JournalBackup, KeyRecord, Lease, OrderName, Snapshot } from './journal/journal.ts'
export { memoryJournal } from './journal/memory-journal.ts'
export { CHAIN_START, type ChainRow, chainText } from './journal/chain.ts'
export { type RecordedFill, recordedFills } from './journal/recorded-fill.ts'
