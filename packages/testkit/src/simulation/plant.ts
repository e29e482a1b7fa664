import type { BrokerAdapter, Clock, Journal } from '@sluice/core'

/** A bug on purpose: it stands between the service and its world, to show that the judge would see it. */
export interface Plant {
  readonly journal?: (inner: Journal, clock: Clock) => Journal
  readonly broker?: (inner: BrokerAdapter, clock: Clock) => BrokerAdapter
  readonly clock?: (inner: Clock) => Clock
}

/** Everything as it should be. */
export const NO_PLANT: Plant = {}
