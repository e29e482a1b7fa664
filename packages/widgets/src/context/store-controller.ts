import type { ReactiveController, ReactiveElement } from 'lit'
import { createClient, type ExecutionClient, type HeadersSource } from '../store/client.ts'
import { ExecutionStore, type StoreChange } from '../store/execution-store.ts'
import { PROVIDER_READY, StoreRequestEvent } from './store-request-event.ts'

/** What a widget can say about its connection by itself, without a provider. */
export interface StoreHost extends ReactiveElement {
  endpoint: string | undefined
  account: string | undefined
  getHeaders: HeadersSource | undefined
  client: ExecutionClient | undefined
}

/** Makes a store from what the host says; undefined when it names neither a client nor an endpoint. */
export function createStoreFor(host: StoreHost): ExecutionStore | undefined {
  const { endpoint } = host
  const client = host.client ?? (endpoint === undefined ? undefined : createClient(endpoint, () => host.getHeaders?.()))
  return client === undefined ? undefined : new ExecutionStore(client, host.account ?? 'main')
}

/** Gives a widget its store: its own when it has an endpoint or a client, else that of the provider around it. */
export class StoreController implements ReactiveController {
  readonly #host: StoreHost
  readonly #onChange: (change: StoreChange) => void
  #unsubscribe: (() => void) | undefined
  #leaveProvider: (() => void) | undefined
  #connected = false
  store: ExecutionStore | undefined

  constructor(host: StoreHost, onChange: (change: StoreChange) => void) {
    this.#host = host
    this.#onChange = onChange
    host.addController(this)
  }

  hostConnected(): void {
    this.#connected = true
    this.resolve()
    document.addEventListener(PROVIDER_READY, this.#onProviderReady)
  }

  hostDisconnected(): void {
    this.#connected = false
    document.removeEventListener(PROVIDER_READY, this.#onProviderReady)
    this.#leaveProvider?.()
    this.#leaveProvider = undefined
    this.#attach(undefined)
  }

  /** Finds the store again: after the host's endpoint, account or client changed. */
  resolve(): void {
    if (!this.#connected) return
    this.#leaveProvider?.()
    this.#leaveProvider = undefined
    const own = createStoreFor(this.#host)
    if (own !== undefined) {
      this.#attach(own)
      return
    }
    const request = new StoreRequestEvent((store) => {
      this.#attach(store)
    })
    this.#host.dispatchEvent(request)
    this.#leaveProvider = request.unsubscribe
    if (request.unsubscribe === undefined) this.#attach(undefined)
  }

  readonly #onProviderReady = (): void => {
    if (this.store === undefined) this.resolve()
  }

  #attach(store: ExecutionStore | undefined): void {
    if (store === this.store) return
    this.#unsubscribe?.()
    this.store = store
    this.#unsubscribe = store?.subscribe(this.#onChange)
    this.#host.requestUpdate()
  }
}
