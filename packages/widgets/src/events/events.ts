import type { Order, OrderRequest, ReplaceRequest } from '@sluice/core'
import type { FeedGap } from '../feed/sequencer.ts'

/** All of them leave shadow trees, so that one listener on the page sees every widget. */
class TravellingEvent extends Event {
  constructor(name: string, cancelable = true) {
    super(name, { bubbles: true, composed: true, cancelable })
  }
}

/**
 * A person confirmed an order and it is about to be sent. `preventDefault()` keeps it back: the dialog returns to the review
 * and nothing is sent.
 */
export class SluiceBeforeSubmitEvent extends TravellingEvent {
  static readonly eventName = 'sluice-before-submit'
  readonly request: OrderRequest
  readonly idempotencyKey: string

  constructor(request: OrderRequest, idempotencyKey: string) {
    super(SluiceBeforeSubmitEvent.eventName)
    this.request = request
    this.idempotencyKey = idempotencyKey
  }
}

/** The server recorded an order and said what became of it: read `order.status`, it may be `denied` or `rejected`. */
export class SluicePlacedEvent extends TravellingEvent {
  static readonly eventName = 'sluice-placed'
  readonly order: Order

  constructor(order: Order) {
    super(SluicePlacedEvent.eventName, false)
    this.order = order
  }
}

/** A person asked to cancel an order. `preventDefault()` leaves the cancel to the host. */
export class SluiceCancelRequestEvent extends TravellingEvent {
  static readonly eventName = 'sluice-cancel-request'
  readonly orderId: string

  constructor(orderId: string) {
    super(SluiceCancelRequestEvent.eventName)
    this.orderId = orderId
  }
}

/** A person asked to change an order. `preventDefault()` leaves it to the host. */
export class SluiceAmendRequestEvent extends TravellingEvent {
  static readonly eventName = 'sluice-amend-request'
  readonly orderId: string
  readonly changes: ReplaceRequest

  constructor(orderId: string, changes: ReplaceRequest) {
    super(SluiceAmendRequestEvent.eventName)
    this.orderId = orderId
    this.changes = changes
  }
}

/** A person asked for the rows as a file. `preventDefault()` leaves it to the host. */
export class SluiceExportEvent extends TravellingEvent {
  static readonly eventName = 'sluice-export'
  /** CSV by RFC 4180. */
  readonly csv: string

  constructor(csv: string) {
    super(SluiceExportEvent.eventName)
    this.csv = csv
  }
}

/** A person asked for an order in the ticket. `preventDefault()` keeps it from the confirmation. */
export class SluiceOrderRequestEvent extends TravellingEvent {
  static readonly eventName = 'sluice-order-request'
  readonly request: OrderRequest

  constructor(request: OrderRequest) {
    super(SluiceOrderRequestEvent.eventName)
    this.request = request
  }
}

/** The feed lost something; everything is being read anew. For a page's own monitoring: nothing has to be done. */
export class SluiceGapEvent extends TravellingEvent {
  static readonly eventName = 'sluice-gap'
  readonly gap: FeedGap

  constructor(gap: FeedGap) {
    super(SluiceGapEvent.eventName, false)
    this.gap = gap
  }
}

/** The events of all widgets by name. */
export interface SluiceEventMap {
  'sluice-before-submit': SluiceBeforeSubmitEvent
  'sluice-placed': SluicePlacedEvent
  'sluice-cancel-request': SluiceCancelRequestEvent
  'sluice-amend-request': SluiceAmendRequestEvent
  'sluice-export': SluiceExportEvent
  'sluice-order-request': SluiceOrderRequestEvent
  'sluice-gap': SluiceGapEvent
}
