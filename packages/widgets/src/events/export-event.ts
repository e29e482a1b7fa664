import { TravellingEvent } from './travelling-event.ts'

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
