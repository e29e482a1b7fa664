// The element classes; importing them registers nothing. `@sluice/widgets/define.js` registers all.
export { SluiceKillSwitch } from './elements/sluice-kill-switch.ts'
export { SluiceOrderExecutionStatus } from './elements/sluice-order-execution-status.ts'
export { SluicePositionList } from './elements/sluice-position-list.ts'
export { SluiceProvider } from './elements/sluice-provider.ts'
export { SluiceTradeConfirmationModal } from './elements/sluice-trade-confirmation-modal.ts'
export { SluiceBeforeSubmitEvent, SluiceCancelRequestEvent, type SluiceEventMap, SluiceGapEvent, SluicePlacedEvent } from './events/events.ts'

// The store, for widgets of your own
export { type HeadersSource, StoreController, type StoreHost } from './context/store-controller.ts'
export { StoreRequestEvent, type StoreReceiver } from './context/store-request-event.ts'
export type { ExecutionStore, StoreChange, StoreListener } from './store/execution-store.ts'
export type { FeedBatch, FeedInput, FeedObserver, FeedSource, FeedStart, FeedSubscription, OrderFeed } from './feed/feed-source.ts'
export type { FeedGap } from './feed/sequencer.ts'
export type { Connection } from './store/connection.ts'
export type { OrderBook, RowSource } from './orders/order-book.ts'
export type { OrderRow } from './orders/order-row.ts'
