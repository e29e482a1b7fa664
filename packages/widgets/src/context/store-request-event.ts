import type { ExecutionStore } from '../store/execution-store.ts'

/** Receives the store, again whenever the provider gets another one. */
export type StoreReceiver = (store: ExecutionStore) => void

/** A widget asks the provider around it for the store, as in the context protocol. */
export class StoreRequestEvent extends Event {
  static readonly eventName = 'sluice-store-request'
  readonly receive: StoreReceiver
  /** Set by the provider that answers: ends the subscription. */
  unsubscribe: (() => void) | undefined

  constructor(receive: StoreReceiver) {
    super(StoreRequestEvent.eventName, { bubbles: true, composed: true, cancelable: true })
    this.receive = receive
  }
}

/** Sent on the document by a provider that appears after widgets inside it have asked in vain. */
export const PROVIDER_READY = 'sluice-provider-ready'
