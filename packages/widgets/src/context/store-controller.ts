import { createExecutionClient, type ExecutionClient, type ExecutionClientOptions } from '@sluice/http/client'
import type { ReactiveController, ReactiveElement } from 'lit'
import { SluiceGapEvent } from '../events/events.ts'
import type { FeedSource } from '../feed/feed-source.ts'
import { ExecutionStore, type StoreChange } from '../store/execution-store.ts'
import { followLanguage, WORDS_CAME } from '../language/language.ts'
import { PROVIDER_READY, StoreRequestEvent } from './store-request-event.ts'

/** Headers for every request, asked for each time: a token that is short-lived belongs here. */
export type HeadersSource = NonNullable<ExecutionClientOptions['getHeaders']>

/** What decides which store a host gets. */
const deciding = ['client', 'endpoint', 'account', 'feed'] as const

export function isSameSource(host: StoreHost, made: StoreHost | undefined): boolean {
  return made !== undefined && deciding.every((name) => host[name] === made[name])
}

/** What a widget can say about its connection by itself, without a provider. */
export interface StoreHost {
  endpoint: string | null | undefined
  account: string | null | undefined
  getHeaders: HeadersSource | undefined
  client: ExecutionClient | undefined
  feed: FeedSource | undefined
}

/** What decides about the store, as it is now. */
export function sourceOf({ client, endpoint, account, getHeaders, feed }: StoreHost): StoreHost {
  return { client, endpoint, account, getHeaders, feed }
}

/** Makes a store from what the host says; undefined when it names no client, no endpoint and no feed. */
export function createStoreFor(host: StoreHost & EventTarget): ExecutionStore | undefined {
  const client = host.client ?? createClientFor(host)
  if (client === undefined && host.feed === undefined) return undefined
  const store = new ExecutionStore(client, host.account ?? 'main', host.feed)
  store.onGap = (gap) => host.dispatchEvent(new SluiceGapEvent(gap))
  return store
}

function createClientFor(host: StoreHost): ExecutionClient | undefined {
  if (host.endpoint === undefined || host.endpoint === null) return undefined
  // The host's function is looked up for each request: it may be set after the widget appeared.
  // A person looks on: what is not known is shown, and asked again by hand with the same key.
  return createExecutionClient({ baseUrl: host.endpoint, retry: false, getHeaders: async (request) => (await host.getHeaders?.(request)) ?? {} })
}

/** Gives a widget its store: its own when it has an endpoint or a client, else that of the provider around it. */
export class StoreController implements ReactiveController {
  readonly #host: StoreHost & ReactiveElement
  readonly #onChange: (change: StoreChange) => void
  #unsubscribe: (() => void) | undefined
  #leaveProvider: (() => void) | undefined
  #made: StoreHost | undefined
  store: ExecutionStore | undefined

  constructor(host: StoreHost & ReactiveElement, onChange: (change: StoreChange) => void) {
    this.#host = host
    this.#onChange = onChange
    host.addController(this)
  }

  hostConnected(): void {
    // What was set on an element before its definition came counts from its first update on: nothing is asked without it.
    if (this.#host.hasUpdated) this.#resolve()
    document.addEventListener(PROVIDER_READY, this.#onProviderReady)
    document.addEventListener(WORDS_CAME, this.#onWords)
    followLanguage()
  }

  hostDisconnected(): void {
    this.#made = undefined
    document.removeEventListener(PROVIDER_READY, this.#onProviderReady)
    document.removeEventListener(WORDS_CAME, this.#onWords)
    this.#leaveProvider?.()
    this.#leaveProvider = undefined
    this.#attach(undefined)
  }

  /** Finds the store again when the host's endpoint, account or client has changed. */
  refresh(): void {
    if (this.#host.isConnected && !isSameSource(this.#host, this.#made)) this.#resolve()
  }

  #resolve(): void {
    this.#made = sourceOf(this.#host)
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

  readonly #onWords = (): void => {
    this.#host.requestUpdate()
  }

  readonly #onProviderReady = (): void => {
    if (this.#host.hasUpdated && this.store === undefined) this.#resolve()
  }

  #attach(store: ExecutionStore | undefined): void {
    if (store === this.store) return
    this.#unsubscribe?.()
    this.store = store
    this.#unsubscribe = store?.subscribe(this.#onChange)
    this.#host.requestUpdate()
  }
}
