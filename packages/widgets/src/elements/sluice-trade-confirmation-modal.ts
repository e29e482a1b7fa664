import type { Order, OrderRequest } from '@sluice/core'
import { css, type CSSResultGroup, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import type { Dialog } from '../confirmation/dialog.ts'
import { Chunk } from '../runtime/chunk.ts'
import type { ExecutionStore } from '../store/execution-store.ts'
import { base } from '../styles/base.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { StoreElement } from './store-element.ts'

/** The whole dialog. It is fetched as soon as the page is idle: long before a person has decided anything. */
const chunk = new Chunk(() => import('../confirmation/dialog.ts'))

/**
 * Shows an order, lets the guards judge it, sends it once when a person confirms, and shows what became of it.
 *
 * @fires sluice-before-submit - Before the order is sent; cancelable.
 * @fires sluice-placed - After the server recorded the order, whatever became of it.
 * @csspart dialog - The native dialog.
 * @csspart ticket - The fields of the order.
 * @csspart checks - The results of the guards.
 * @csspart check - One guard; also `check-allow`, `check-reject` or `check-challenge`.
 * @csspart notice - A reason or a warning.
 * @csspart code-input - The field for the approval code.
 * @csspart expiry - How long the checks hold.
 * @csspart renew-button - Asks the guards again.
 * @csspart phrase-input - The field for the typed confirmation.
 * @csspart withdraw-button - Cancels an order that waits for a code.
 * @csspart outcome - What became of the order.
 * @csspart primary-button - Sends, approves or checks again.
 * @csspart secondary-button - Cancels or closes; never sends.
 * @cssproperty --sluice-accent - The button that buys.
 * @cssproperty --sluice-sell - The button that sells.
 */
export class SluiceTradeConfirmationModal extends StoreElement {
  static override readonly properties: PropertyDeclarations = {
    armingDelay: { type: Number, attribute: 'arming-delay' },
    softLimit: { type: String, attribute: 'soft-limit' },
  }

  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, css`:host { display: contents; }`]

  /** For this long after the order can be sent a click is taken for an accident, in milliseconds; default 500. */
  declare armingDelay: number
  /** From this value on, a decimal in the order's currency, the symbol is typed before an order can be sent. Default: never. */
  declare softLimit: string | undefined

  #dialog: Dialog | undefined
  #opening = false

  constructor() {
    super()
    this.armingDelay = 500
  }

  /**
   * Opens the dialog for an order. Resolves with the order as soon as the server has said what became of it, or with undefined
   * when the person dismissed it and nothing was sent. Rejects when the dialog was closed while the outcome was unknown, and
   * when it could not be loaded: then nothing was sent.
   */
  async confirm(request: OrderRequest): Promise<Order | undefined> {
    if (this.#opening || this.#dialog?.isOpen === true) throw new DOMException('Another order is being confirmed.', 'InvalidStateError')
    // What the page does to its object from now on changes nothing.
    const copy = structuredClone(request)
    // An element that came into the page in this very tick has no store yet.
    if (!this.hasUpdated && this.isConnected) await this.#settled()
    this.#assertConnected()
    this.#dialog ??= new (chunk.module ?? await this.#load()).Dialog(this, () => this.source.store)
    return this.#dialog.confirm(copy, this.#assertConnected())
  }

  #assertConnected(): ExecutionStore {
    const { store } = this.source
    if (store?.canCommand !== true) throw new DOMException('No endpoint: put the modal inside <sluice-provider endpoint="…">.', 'InvalidStateError')
    return store
  }

  async #settled(): Promise<void> {
    this.#opening = true
    await this.updateComplete
    this.#opening = false
  }

  async #load(): Promise<NonNullable<typeof chunk.module>> {
    this.#opening = true
    try {
      return await chunk.load()
    } catch (cause) {
      throw new DOMException(`The dialog could not be loaded; nothing was sent: ${String(cause)}`, 'NetworkError')
    } finally {
      this.#opening = false
    }
  }

  override connectedCallback(): void {
    super.connectedCallback()
    chunk.prepare()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    queueMicrotask(() => {
      if (!this.isConnected) this.#dialog?.leave()
    })
  }

  protected override storeChanged(): void {
    this.#dialog?.storeChanged()
  }

  override render(): TemplateResult {
    const dialog = this.#dialog
    return html`<dialog part="dialog" aria-labelledby="title" closedby=${dialog?.closedBy ?? 'none'}
      @cancel=${dialog?.onCancel} @close=${dialog?.onClose} @keydown=${dialog?.onKeydown}>
      ${dialog?.template() ?? nothing}
    </dialog>`
  }

  override updated(): void {
    this.#dialog?.updated()
  }
}
