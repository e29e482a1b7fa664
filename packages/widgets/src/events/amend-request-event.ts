import type { ReplaceRequest } from '@sluice/core'
import { TravellingEvent } from './travelling-event.ts'

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
