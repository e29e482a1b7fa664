import type { Order, OrderRequest } from '@sluice/core'
import { TravellingEvent } from './travelling-event.ts'

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
