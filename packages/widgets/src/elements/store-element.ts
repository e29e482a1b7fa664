import type { ExecutionClient } from '@sluice/http/client'
import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit'
import { type HeadersSource, StoreController } from '../context/store-controller.ts'
import type { FeedSource } from '../feed/feed-source.ts'
import { isRightToLeft, speakFor } from '../language/language.ts'
import type { Connection } from '../store/connection.ts'
import type { StoreChange } from '../store/execution-store.ts'

const nowhere: Connection = { phase: 'offline' }

/** What every widget has: a store, its own or that of the provider around it. */
export abstract class StoreElement extends LitElement {
  static override readonly properties: PropertyDeclarations = {
    endpoint: { type: String },
    account: { type: String },
    getHeaders: { attribute: false },
    client: { attribute: false },
    feed: { attribute: false },
    locale: { type: String },
  }

  /** Where the server is, for a widget outside a provider, for example `/api/v1/execution`. */
  declare endpoint: string | null | undefined
  /** Whose orders; default `main`. Only with `endpoint` or `client`. */
  declare account: string | null | undefined
  /** Headers for every request, for example authorization; asked each time. Only with `endpoint`. */
  declare getHeaders: HeadersSource | undefined
  /** A client made by the host, instead of `endpoint`. */
  declare client: ExecutionClient | undefined
  /** Where events come from, when not from the endpoint: a Socket.IO socket, an observable, a service in the page. */
  declare feed: FeedSource | undefined

  /** The language of words, numbers and times, a BCP 47 tag; default that of the nearest `lang`. */
  declare locale: string | null | undefined

  protected readonly internals: ElementInternals = this.attachInternals()

  protected readonly source: StoreController = new StoreController(this, (change) => {
    this.speak()
    if (change.connection) this.#showPhase()
    this.storeChanged(change)
  })

  protected get connection(): Connection {
    return this.source.store?.connection ?? nowhere
  }

  /** `:state(live)`, `:state(stale)`, …: the connection, for the page's own styles. */
  #showPhase(): void {
    const { states } = this.internals
    for (const state of states) states.delete(state)
    states.add(this.connection.phase)
  }

  protected override performUpdate(): void {
    this.speak()
    super.performUpdate()
  }

  /** From here on words are in this element's language. */
  protected speak(): void {
    speakFor(this, this.locale)
  }

  /** Called at most once a frame. The default renders again whatever changed. */
  protected storeChanged(_change: StoreChange): void {
    this.requestUpdate()
  }

  override willUpdate(changed: PropertyValues): void {
    this.source.refresh()
    if (changed.has('locale') && typeof this.locale === 'string') this.dir = isRightToLeft() ? 'rtl' : 'ltr'
    if (this.hasUpdated && changed.has('getHeaders')) this.source.store?.restart()
  }
}
