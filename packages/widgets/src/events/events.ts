import type { OrderRequest } from '@sluice/core'
import type { FeedGap } from '../feed/sequencer.ts'
import type { SluiceAmendRequestEvent } from './amend-request-event.ts'
import type { SluiceExportEvent } from './export-event.ts'
import type { SluiceBeforeSubmitEvent, SluicePlacedEvent } from './submit-events.ts'
import { TravellingEvent } from './travelling-event.ts'

/** A person asked to cancel an order. `preventDefault()` leaves the cancel to the host. */
export class SluiceCancelRequestEvent extends TravellingEvent {
  static readonly eventName = 'sluice-cancel-request'
  readonly orderId: string

  constructor(orderId: string) {
    super(SluiceCancelRequestEvent.eventName)
    this.orderId = orderId
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
