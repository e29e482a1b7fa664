import type { ExecutionClient } from '@sluice/http/client'
import { css, type CSSResultGroup, html, LitElement, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { createStoreFor, type HeadersSource, isSameSource, sourceOf, type StoreHost } from '../context/store-controller.ts'
import { PROVIDER_READY, type StoreReceiver, StoreRequestEvent } from '../context/store-request-event.ts'
import type { FeedSource } from '../feed/feed-source.ts'
import { isRightToLeft, speakFor } from '../language/language.ts'
import type { ExecutionStore } from '../store/execution-store.ts'

/**
 * Says once where the server is. All widgets inside share one store and one connection to it.
 *
 * @slot - The widgets, anywhere inside.
 * @fires sluice-gap - Something was lost on the way; everything is being read anew.
 * @attr {'compact'} density - `compact` for smaller rows and text in all widgets inside.
 */
export class SluiceProvider extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    endpoint: { type: String },
    account: { type: String },
    getHeaders: { attribute: false },
    client: { attribute: false },
    feed: { attribute: false },
    locale: { type: String, reflect: true },
  }

  static override readonly styles: CSSResultGroup = css`
    :host { display: contents; }
    :host([density='compact']) { --sluice-row-height: 26px; --sluice-font-size: 12px; --sluice-font-size-small: 11px; }
  `

  /** Where the server is, for example `/api/v1/execution`. */
  declare endpoint: string | null | undefined
  /** Whose orders; default `main`. */
  declare account: string | null | undefined
  /** Headers for every request, for example authorization; asked each time. Never put a secret in an attribute. */
  declare getHeaders: HeadersSource | undefined
  /** A client made by the host, instead of `endpoint`. */
  declare client: ExecutionClient | undefined
  /** Where events come from, when not from the endpoint: a Socket.IO socket, an observable, a service in the page. */
  declare feed: FeedSource | undefined
  /** The language of all widgets inside, a BCP 47 tag; default that of the nearest `lang`. */
  declare locale: string | null | undefined

  #store: ExecutionStore | undefined
  #made: StoreHost | undefined
  readonly #receivers = new Set<StoreReceiver>()

  constructor() {
    super()
    this.addEventListener(StoreRequestEvent.eventName, (event) => {
      if (event instanceof StoreRequestEvent) this.#answer(event)
    })
  }

  /** What the widgets inside share; undefined until there is an endpoint or a client. */
  get store(): ExecutionStore | undefined {
    if (this.#store === undefined) {
      this.#made = sourceOf(this)
      this.#store = createStoreFor(this)
    }
    return this.#store
  }

  override connectedCallback(): void {
    super.connectedCallback()
    document.dispatchEvent(new Event(PROVIDER_READY))
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('locale')) {
      speakFor(undefined, this.locale)
      this.dir = typeof this.locale === 'string' ? isRightToLeft() ? 'rtl' : 'ltr' : ''
    }
    if (!isSameSource(this, this.#made)) this.#replace()
    else if (!this.hasUpdated) this.#tell()
    else if (this.hasUpdated && changed.has('getHeaders')) this.#store?.restart()
  }

  override render(): TemplateResult {
    return html`<slot></slot>`
  }

  #answer(event: StoreRequestEvent): void {
    event.stopPropagation()
    const { receive } = event
    this.#receivers.add(receive)
    event.unsubscribe = () => {
      this.#receivers.delete(receive)
    }
    // Before its first update it does not know what was set before its definition came.
    if (this.hasUpdated && this.store !== undefined) receive(this.store)
  }

  #replace(): void {
    this.#store = undefined
    this.#tell()
  }

  #tell(): void {
    const { store } = this
    if (store !== undefined) for (const receive of this.#receivers) receive(store)
  }
}
