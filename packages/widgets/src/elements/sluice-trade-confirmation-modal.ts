import type { Order, OrderRequest } from '@sluice/core'
import { type CSSResultGroup, html, nothing, type PropertyDeclarations, type TemplateResult } from 'lit'
import { phraseFor } from '../confirmation/phrase.ts'
import { Confirmation } from '../confirmation/confirmation.ts'
import { CoverWatch } from '../confirmation/cover-watch.ts'
import { modalStyles } from '../confirmation/modal-styles.ts'
import { isInFlight } from '../confirmation/phase.ts'
import { headline, subtitle } from '../confirmation/ticket.ts'
import { type Arming, bodyTemplate, closedBy, phaseWords, primaryOf, secondaryLabel } from '../confirmation/view.ts'
import { SluiceBeforeSubmitEvent, SluicePlacedEvent } from '../events/events.ts'
import { t } from '../language/language.ts'
import { type OrderRow, rowOf } from '../orders/order-row.ts'
import { after } from '../runtime/timing.ts'
import { base } from '../styles/base.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { StoreElement } from './store-element.ts'

/** The second click of a double click meant the button that was there for the first. */
function isSecondOfTwo(event: MouseEvent): boolean {
  return event.detail > 1
}

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

  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, modalStyles]

  /** For this long after the order can be sent a click is taken for an accident, in milliseconds; default 500. */
  declare armingDelay: number
  /** From this value on, a decimal in the order's currency, the symbol is typed before an order can be sent. Default: never. */
  declare softLimit: string | undefined

  #confirmation: Confirmation | undefined
  #shown = ''
  #armed = false
  #disarm: (() => void) | undefined
  #covered = false
  #typed = ''
  #tick: (() => void) | undefined
  readonly #cover = new CoverWatch((covered) => {
    this.#coverChanged(covered)
  })

  constructor() {
    super()
    this.armingDelay = 500
  }

  /**
   * Opens the dialog for an order. Resolves with the order as soon as the server has said what became of it, or with undefined
   * when the person dismissed it and nothing was sent. Rejects when the dialog was closed while the outcome was unknown.
   */
  async confirm(request: OrderRequest): Promise<Order | undefined> {
    if (this.#confirmation !== undefined) throw new DOMException('Another order is being confirmed.', 'InvalidStateError')
    const { store } = this.source
    if (store?.canCommand !== true) throw new DOMException('No endpoint: put the modal inside <sluice-provider endpoint="…">.', 'InvalidStateError')
    const confirmation = new Confirmation({
      client: store.client,
      account: store.account,
      request,
      beforeSubmit: (...details) => this.dispatchEvent(new SluiceBeforeSubmitEvent(...details)),
      placed: (order) => {
        store.takeOrder(order)
        this.dispatchEvent(new SluicePlacedEvent(order))
      },
      changed: () => {
        if (this.#confirmation === confirmation) this.#phaseChanged()
      },
    })
    this.#confirmation = confirmation
    this.#typed = ''
    void confirmation.start()
    this.requestUpdate()
    await this.updateComplete
    this.#dialog?.showModal()
    this.#button('secondary')?.focus()
    return confirmation.result
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    queueMicrotask(() => {
      const confirmation = this.#confirmation
      if (!this.isConnected && confirmation !== undefined && !isInFlight(confirmation.phase)) this.#end()
    })
  }

  protected override storeChanged(): void {
    const confirmation = this.#confirmation
    if (confirmation === undefined) return
    void confirmation.follow((id, key) => (id === undefined ? this.source.store?.orders.findByKey(key) : this.source.store?.orders.get(id)))
    if (confirmation.phase.kind === 'outcome') this.requestUpdate()
  }

  override render(): TemplateResult {
    const confirmation = this.#confirmation
    return html`<dialog part="dialog" aria-labelledby="title" closedby=${confirmation === undefined ? 'none' : closedBy(confirmation.phase)}
      @cancel=${this.#onCancel} @close=${this.#onClose} @keydown=${this.#onKeydown}>
      ${confirmation === undefined ? nothing : this.#content(confirmation)}
    </dialog>`
  }

  #content(confirmation: Confirmation): TemplateResult {
    const { request, phase } = confirmation
    const row = this.#row(confirmation)
    return html`<header class="head">
        <h2 id="title">${headline(request)}</h2>
        <p>${subtitle(request)}</p>
      </header>
      <div class="body">${bodyTemplate(confirmation, {
        row, arming: this.#arming(confirmation), connection: this.connection, secondsLeft: confirmation.secondsLeft,
        submitCode: this.#onCode, type: this.#onType, renew: this.#onRenew,
      })}</div>
      <p class="hidden-text" role="status">${phaseWords(phase, row)}</p>
      <footer class="foot">${this.#buttons(confirmation)}</footer>`
  }

  #buttons(confirmation: Confirmation): TemplateResult {
    const { phase, request } = confirmation
    const arming = this.#arming(confirmation)
    const primary = primaryOf(confirmation, arming)
    const waits = confirmation.isReady && !arming.armed && !arming.covered ? 'arming' : ''
    const side = primary?.action === 'place' || phase.kind === 'checking' ? request.side : ''
    return html`${phase.kind === 'challenge' ? html`<button type="button" class="large plain" part="withdraw-button" @click=${this.#onWithdraw}>${t('Withdraw')}</button>` : nothing}
      <button type="button" class="large secondary" part="secondary-button" aria-disabled=${isInFlight(phase) ? 'true' : 'false'} @click=${this.#onSecondary}>${secondaryLabel(phase)}</button>
      ${primary === undefined ? nothing : html`<button type="button" class="large primary ${side} ${waits}" part="primary-button"
        aria-disabled=${primary.enabled ? 'false' : 'true'} @click=${this.#onPrimary}>${primary.label}</button>`}`
  }

  /** The order of the outcome as it is now: the live feed may know more than the answer did. */
  #row(confirmation: Confirmation): OrderRow | undefined {
    const { phase } = confirmation
    if (phase.kind !== 'outcome') return undefined
    const live = this.source.store?.orders.get(phase.order.id)
    return live !== undefined && live.updatedAt >= phase.order.updatedAt ? live : rowOf(phase.order)
  }

  #phaseChanged(): void {
    this.#arm()
    this.#count()
    this.requestUpdate()
  }

  /** Begins the time in which a click counts as an accident. */
  #arm(): void {
    this.#disarm?.()
    this.#armed = false
    if (this.#confirmation?.isReady !== true || this.#covered) return
    this.#disarm = after(this.armingDelay, () => {
      this.#armed = true
      this.requestUpdate()
    })
  }

  /** Shows how long the checks hold. */
  #count(): void {
    this.#tick?.()
    if (this.#confirmation?.isReady !== true) return
    this.#tick = after(1000, () => {
      this.requestUpdate()
      this.#count()
    })
  }

  /** A button that could not be seen was not meant: it is armed anew when it can. */
  #coverChanged(covered: boolean): void {
    if (covered === this.#covered) return
    this.#covered = covered
    this.#arm()
    this.requestUpdate()
  }

  #arming({ phase }: Confirmation): Arming {
    const phrase = phase.kind === 'review' ? phraseFor(phase.preflight, this.softLimit) : undefined
    return { armed: this.#armed, covered: this.#covered, phrase, typed: this.#typed }
  }

  override updated(): void {
    const phase = this.#confirmation?.phase
    this.#cover.watch(phase?.kind === 'review' && this.#dialog?.open === true ? this.#button('primary') ?? undefined : undefined)
    const shown = phase === undefined ? '' : `${phase.kind}${'fault' in phase && phase.kind === 'challenge' ? '!' : ''}`
    if (shown === this.#shown) return
    this.#shown = shown
    const input = this.renderRoot.querySelector<HTMLInputElement>('#code')
    if (phase?.kind === 'challenge' && input !== null) {
      input.value = ''
      input.focus()
    } else if (phase !== undefined && this.#dialog?.open === true && this.shadowRoot?.activeElement?.matches('button') !== true) {
      this.#button(phase.kind === 'outcome' || phase.kind === 'failed' ? 'secondary' : 'primary')?.focus()
    }
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog')
  }

  #button(name: 'primary' | 'secondary'): HTMLButtonElement | null {
    return this.renderRoot.querySelector(`.${name}`)
  }

  /** One accepted click locks: the phase moves on in the same tick, and no other phase sends. */
  readonly #onPrimary = (event: MouseEvent): void => {
    const confirmation = this.#confirmation
    if (confirmation === undefined || isSecondOfTwo(event)) return
    const primary = primaryOf(confirmation, this.#arming(confirmation))
    if (primary?.enabled !== true) return
    switch (primary.action) {
      case 'place': void confirmation.submit(); break
      case 'check': void confirmation.check(); break
      case 'look': void confirmation.lookUp(); break
      case 'approve': this.renderRoot.querySelector<HTMLFormElement>('#code-form')?.requestSubmit(); break
      case 'wait': break
    }
  }

  readonly #onSecondary = (event: MouseEvent): void => {
    if (!isSecondOfTwo(event) && this.#confirmation !== undefined && !isInFlight(this.#confirmation.phase)) this.#dialog?.close()
  }

  readonly #onType = (event: InputEvent): void => {
    this.#typed = (event.target as HTMLInputElement).value
    this.requestUpdate()
  }

  readonly #onRenew = (): void => {
    void this.#confirmation?.check()
  }

  readonly #onWithdraw = (): void => {
    void this.#confirmation?.withdraw()
  }

  readonly #onCode = (event: SubmitEvent): void => {
    event.preventDefault()
    const code = this.renderRoot.querySelector<HTMLInputElement>('#code')?.value.replaceAll(/\s/g, '') ?? ''
    if (code !== '') void this.#confirmation?.approve(code)
  }

  /** A held key repeats: four clicks that nobody meant. */
  readonly #onKeydown = (event: KeyboardEvent): void => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault()
  }

  readonly #onCancel = (event: Event): void => {
    // For browsers without `closedby`.
    if (this.#confirmation !== undefined && isInFlight(this.#confirmation.phase)) event.preventDefault()
  }

  readonly #onClose = (): void => {
    if (this.#confirmation !== undefined && isInFlight(this.#confirmation.phase)) this.#dialog?.showModal()
    else this.#end()
  }

  #end(): void {
    this.#disarm?.()
    this.#tick?.()
    this.#covered = false
    this.#confirmation?.close()
    this.#confirmation = undefined
    this.requestUpdate()
  }
}
