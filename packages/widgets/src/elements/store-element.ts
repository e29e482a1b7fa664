import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit'
import { StoreController } from '../context/store-controller.ts'
import type { ExecutionClient, HeadersSource } from '../store/client.ts'
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
  }

  /** Where the server is, for a widget outside a provider, for example `/api/v1/execution`. */
  declare endpoint: string | undefined
  /** Whose orders; default `main`. Only with `endpoint` or `client`. */
  declare account: string | undefined
  /** Headers for every request, for example authorization; asked each time. Only with `endpoint`. */
  declare getHeaders: HeadersSource | undefined
  /** A client made by the host, instead of `endpoint`. */
  declare client: ExecutionClient | undefined

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
    if (!this.hasUpdated) return
    if (changed.has('endpoint') || changed.has('account') || changed.has('client')) this.source.resolve()
    else if (changed.has('getHeaders')) this.source.store?.restart()
  }
}
