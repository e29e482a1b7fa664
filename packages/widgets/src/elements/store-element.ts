import type { ExecutionClient } from '@sluice/http/client'
import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit'
import { type HeadersSource, StoreController } from '../context/store-controller.ts'
import type { FeedSource } from '../feed/feed-source.ts'
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

  protected readonly source: StoreController = new StoreController(this, (change) => {
    this.storeChanged(change)
  })

  protected get connection(): Connection {
    return this.source.store?.connection ?? nowhere
  }

  /** Called at most once a frame. The default renders again whatever changed. */
  protected storeChanged(_change: StoreChange): void {
    this.requestUpdate()
  }

  override willUpdate(changed: PropertyValues): void {
    this.source.refresh()
    if (this.hasUpdated && changed.has('getHeaders')) this.source.store?.restart()
  }
}
