import type { ExecutionClient } from '@sluice/http/client'
import { isServer, LitElement, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { type HeadersSource, StoreController } from '../context/store-controller.ts'
import type { FeedSource } from '../feed/feed-source.ts'
import { fetchMoreWords, isRightToLeft, speakFor, t } from '../language/language.ts'
import { alertNotice } from '../parts/notice.ts'
import type { Chunk } from '../runtime/chunk.ts'
import { whenIdle } from '../runtime/timing.ts'
import type { Connection } from '../store/connection.ts'
import type { ExecutionStore, StoreChange } from '../store/execution-store.ts'

const nowhere: Connection = { phase: 'offline' }
const awaited: Connection = { phase: 'connecting' }

/**
 * What every widget has: a store, its own or that of the provider around it.
 *
 * @cssproperty --sluice-font - The typeface.
 * @cssproperty --sluice-font-numbers - The typeface of numbers.
 * @cssproperty --sluice-font-code - The typeface of codes and ids.
 * @cssproperty --sluice-font-size - Size of text; default 13px.
 * @cssproperty --sluice-font-size-small - Size of small text; default 12px.
 * @cssproperty --sluice-font-size-large - Size of the order in the dialog; default 20px.
 * @cssproperty --sluice-row-height - Height of a row; default 32px, 26px when compact.
 * @cssproperty --sluice-radius - Corners of panels; default 8px.
 * @cssproperty --sluice-radius-small - Corners of buttons and fields; default 5px.
 * @cssproperty --sluice-surface - Background.
 * @cssproperty --sluice-surface-raised - Background of headers and footers.
 * @cssproperty --sluice-surface-hover - Background under the pointer.
 * @cssproperty --sluice-line - Lines between things.
 * @cssproperty --sluice-line-strong - Borders of fields.
 * @cssproperty --sluice-text - Text.
 * @cssproperty --sluice-text-muted - Text that matters less.
 * @cssproperty --sluice-accent - The main button.
 * @cssproperty --sluice-on-accent - Text on the main button.
 * @cssproperty --sluice-focus - The ring around what has the focus.
 * @cssproperty --sluice-buy - Whatever buys.
 * @cssproperty --sluice-sell - Whatever sells.
 * @cssproperty --sluice-pending - Orders on their way, ended or held.
 * @cssproperty --sluice-working - Orders that can trade.
 * @cssproperty --sluice-done - What went well.
 * @cssproperty --sluice-caution - What needs attention.
 * @cssproperty --sluice-danger - What was refused.
 * @cssproperty --sluice-unknown - What is not known.
 * @cssproperty --sluice-danger-fill - The button that stops trading.
 * @cssproperty --sluice-danger-wash - Background of refusals.
 * @cssproperty --sluice-caution-wash - Background of warnings.
 * @cssproperty --sluice-done-wash - Background of what went well.
 * @cssproperty --sluice-unknown-wash - Background of what is not known.
 * @attr {'compact'} density - `compact` for smaller rows and text.
 * @cssstate live - Connected; likewise `connecting`, `stale`, `reconnecting`, `offline` and `denied`.
 */
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

  /** A part that was asked for could not be loaded: to be told. */
  protected incomplete = false

  /** On a server, and until what it rendered has been taken over: no store is looked for, and words are those of `locale` alone. */
  protected onServer: boolean = isServer

  #watched: ExecutionStore | undefined
  #leave: (() => void) | undefined

  protected get connection(): Connection {
    return this.source.store?.connection ?? (this.onServer ? awaited : nowhere)
  }

  /** `:state(live)`, `:state(stale)`, …: the connection, for the page's own styles. */
  #showPhase(): void {
    const { states } = this.internals
    for (const state of states) states.delete(state)
    states.add(this.connection.phase)
  }

  /** A part that is there, or comes; undefined when it cannot be had. */
  protected async fetch<Part>(chunk: Chunk<Part>): Promise<Part | undefined> {
    try {
      const part = chunk.module ?? await chunk.load()
      this.incomplete = false
      return part
    } catch {
      this.incomplete = true
      return undefined
    } finally {
      this.requestUpdate()
    }
  }

  protected incompleteNotice(): TemplateResult | typeof nothing {
    return this.incomplete ? alertNotice(t('A part of this page could not be loaded. Try again.')) : nothing
  }

  /** From here on words are in this element's language. */
  protected speak(): void {
    speakFor(this.onServer ? undefined : this, this.locale)
  }

  /**
   * What a server rendered into a declarative shadow tree is taken over where lit's hydration was loaded before lit. Elsewhere it
   * gives way in the task in which the element comes to life: it is never painted twice.
   */
  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const rendered = this.shadowRoot !== null
    const root = super.createRenderRoot()
    if (!rendered) return root
    // Only an element that does not hydrate is told where in the tree to render.
    if (this.renderOptions.renderBefore === undefined) this.onServer = true
    else {
      this.renderOptions.renderBefore = null
      root.replaceChildren()
    }
    return root
  }

  /** Called at most once a frame. The default renders again whatever changed. */
  protected storeChanged(_change: StoreChange): void {
    this.requestUpdate()
  }

  /** Has the store keep something fresh as long as this is shown; returns how to end that. */
  protected watch(_store: ExecutionStore): (() => void) | undefined {
    return undefined
  }

  #watch(store: ExecutionStore | undefined): void {
    if (store === this.#watched) return
    this.#leave?.()
    this.#watched = store
    this.#leave = store && this.watch(store)
  }

  protected override firstUpdated(): void {
    if (this.onServer) {
      this.onServer = false
      this.requestUpdate()
    }
    // What is said of a trouble is there before the trouble, which may be that nothing can be fetched.
    whenIdle(() => {
      this.speak()
      fetchMoreWords()
    })
  }

  override updated(): void {
    this.#watch(this.source.store)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#watch(undefined)
  }

  override willUpdate(changed: PropertyValues): void {
    this.speak()
    if (!this.onServer) this.source.refresh()
    if (changed.has('locale') && typeof this.locale === 'string') this.dir = isRightToLeft() ? 'rtl' : 'ltr'
    if (this.hasUpdated && changed.has('getHeaders')) this.source.store?.restart()
  }
}
