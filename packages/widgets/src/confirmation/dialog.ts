import type { Order, OrderRequest } from '@sluice/core'
import { html, nothing, type ReactiveElement, type TemplateResult } from 'lit'
import { SluiceBeforeSubmitEvent, SluicePlacedEvent } from '../events/submit-events.ts'
import { t } from '../language/language.ts'
import { type OrderRow, rowOf } from '../orders/order-row.ts'
import { after } from '../runtime/timing.ts'
import type { ExecutionStore } from '../store/execution-store.ts'
import { addStyles } from '../styles/add-styles.ts'
import { Confirmation } from './confirmation.ts'
import { type Cover, CoverWatch } from './cover-watch.ts'
import { modalStyles } from './modal-styles.ts'
import { isInFlight } from './phase.ts'
import { phraseFor } from './phrase.ts'
import { headline, subtitle } from './ticket.ts'
import { type Arming, bodyTemplate, closedBy, phaseWords, primaryOf, secondaryLabel } from './view.ts'

/** The element around a dialog. */
export interface DialogHost extends ReactiveElement {
  armingDelay: number
  softLimit: string | undefined
}

/** The second click of a double click meant the button that was there for the first. */
function isSecondOfTwo(event: MouseEvent): boolean {
  return event.detail > 1
}

/**
 * All that a confirmation shows and does, from the first check to the outcome, in one part: nothing of it can be missing once a
 * dialog is open.
 */
export class Dialog {
  readonly #host: DialogHost
  readonly #store: () => ExecutionStore | undefined
  #confirmation: Confirmation | undefined
  #shown = ''
  #armed = false
  #disarm: (() => void) | undefined
  #cover: Cover = 'unknown'
  #typed = ''
  #tick: (() => void) | undefined
  readonly #coverWatch = new CoverWatch((cover) => {
    this.#coverChanged(cover)
  })

  constructor(host: DialogHost, store: () => ExecutionStore | undefined) {
    this.#host = host
    this.#store = store
    addStyles(host.renderRoot, modalStyles)
  }

  get isOpen(): boolean {
    return this.#confirmation !== undefined
  }

  async confirm(request: OrderRequest, store: ExecutionStore): Promise<Order | undefined> {
    if (this.isOpen) throw new DOMException('Another order is being confirmed.', 'InvalidStateError')
    const confirmation = new Confirmation({
      client: store.client,
      account: store.account,
      request,
      beforeSubmit: (...details) => this.#host.dispatchEvent(new SluiceBeforeSubmitEvent(...details)),
      placed: (order) => {
        store.takeOrder(order)
        this.#host.dispatchEvent(new SluicePlacedEvent(order))
      },
      changed: () => {
        if (this.#confirmation === confirmation) this.#phaseChanged()
      },
    })
    this.#confirmation = confirmation
    this.#typed = ''
    void confirmation.start()
    this.#host.requestUpdate()
    await this.#host.updateComplete
    this.#dialog?.showModal()
    this.#button('secondary')?.focus()
    return confirmation.result
  }

  /** The element left the page. What is in flight is waited for. */
  leave(): void {
    const confirmation = this.#confirmation
    if (confirmation !== undefined && !isInFlight(confirmation.phase)) this.#end()
  }

  storeChanged(): void {
    const confirmation = this.#confirmation
    if (confirmation === undefined) return
    void confirmation.follow((id, key) => (id === undefined ? this.#store()?.orders.findByKey(key) : this.#store()?.orders.get(id)))
    if (confirmation.phase.kind === 'outcome') this.#host.requestUpdate()
  }

  /** What Escape may do. */
  get closedBy(): string {
    return this.#confirmation === undefined ? 'none' : closedBy(this.#confirmation.phase)
  }

  template(): TemplateResult | typeof nothing {
    return this.#confirmation === undefined ? nothing : this.#content(this.#confirmation)
  }

  #content(confirmation: Confirmation): TemplateResult {
    const { request, phase } = confirmation
    const row = this.#row(confirmation)
    return html`<header class="head">
        <h2 id="title">${headline(request)}</h2>
        <p>${subtitle(request)}</p>
      </header>
      <div class="body">${bodyTemplate(confirmation, {
        row, arming: this.#arming(confirmation), connection: this.#store()?.connection ?? { phase: 'offline' }, secondsLeft: confirmation.secondsLeft,
        submitCode: this.#onCode, type: this.#onType, renew: this.#onRenew,
      })}</div>
      <p class="hidden-text" role="status">${phaseWords(phase, row)}</p>
      <footer class="foot">${this.#buttons(confirmation)}</footer>`
  }

  #buttons(confirmation: Confirmation): TemplateResult {
    const { phase, request } = confirmation
    const arming = this.#arming(confirmation)
    const primary = primaryOf(confirmation, arming)
    const waits = confirmation.isReady && !arming.armed && this.#cover === 'clear' ? 'arming' : ''
    const side = primary?.action === 'place' || phase.kind === 'checking' ? request.side : ''
    return html`${phase.kind === 'challenge' ? html`<button type="button" class="large plain" part="withdraw-button" @click=${this.#onWithdraw}>${t('Withdraw')}</button>` : nothing}
      <button type="button" class="large secondary" part="secondary-button" aria-disabled=${isInFlight(phase)} @click=${this.#onSecondary}>${secondaryLabel(phase)}</button>
      ${primary === undefined ? nothing : html`<button type="button" class="large primary ${side} ${waits}" part="primary-button"
        aria-disabled=${!primary.enabled} @click=${this.#onPrimary}>${primary.label}</button>`}`
  }

  /** The order of the outcome as it is now: the live feed may know more than the answer did. */
  #row(confirmation: Confirmation): OrderRow | undefined {
    const { phase } = confirmation
    if (phase.kind !== 'outcome') return undefined
    const live = this.#store()?.orders.get(phase.order.id)
    return live !== undefined && live.updatedAt >= phase.order.updatedAt ? live : rowOf(phase.order)
  }

  #phaseChanged(): void {
    this.#arm()
    this.#count()
    this.#host.requestUpdate()
  }

  /** Begins the time in which a click counts as an accident. */
  #arm(): void {
    this.#disarm?.()
    this.#armed = false
    if (this.#confirmation?.isReady !== true || this.#cover !== 'clear') return
    this.#disarm = after(this.#host.armingDelay, () => {
      this.#armed = true
      this.#host.requestUpdate()
    })
  }

  /** Shows how long the checks hold. */
  #count(): void {
    this.#tick?.()
    if (this.#confirmation?.isReady !== true) return
    this.#tick = after(1000, () => {
      this.#host.requestUpdate()
      this.#count()
    })
  }

  /** A button that could not be seen was not meant: it is armed when it can be, and anew after each cover. */
  #coverChanged(cover: Cover): void {
    if (cover === this.#cover) return
    this.#cover = cover
    this.#arm()
    this.#host.requestUpdate()
  }

  #arming({ phase }: Confirmation): Arming {
    const phrase = phase.kind === 'review' ? phraseFor(phase.preflight, this.#host.softLimit) : undefined
    return { armed: this.#armed, covered: this.#cover === 'covered', phrase, typed: this.#typed }
  }

  updated(): void {
    const phase = this.#confirmation?.phase
    this.#coverWatch.watch(phase?.kind === 'review' && this.#dialog?.open === true ? this.#button('primary') ?? undefined : undefined)
    const shown = phase === undefined ? '' : `${phase.kind}${'fault' in phase && phase.kind === 'challenge' ? '!' : ''}`
    if (shown === this.#shown) return
    this.#shown = shown
    const input = this.#host.renderRoot.querySelector<HTMLInputElement>('#code')
    if (phase?.kind === 'challenge' && input !== null) {
      input.value = ''
      input.focus()
    } else if (phase !== undefined && this.#dialog?.open === true && this.#host.shadowRoot?.activeElement?.matches('button') !== true) {
      (this.#button('primary') ?? this.#button('secondary'))?.focus()
    }
  }

  get #dialog(): HTMLDialogElement | null {
    return this.#host.renderRoot.querySelector('dialog')
  }

  #button(name: 'primary' | 'secondary'): HTMLButtonElement | null {
    return this.#host.renderRoot.querySelector(`.${name}`)
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
      case 'approve': this.#host.renderRoot.querySelector<HTMLFormElement>('#code-form')?.requestSubmit(); break
      case 'wait': break
    }
  }

  readonly #onSecondary = (event: MouseEvent): void => {
    if (!isSecondOfTwo(event) && this.#confirmation !== undefined && !isInFlight(this.#confirmation.phase)) this.#dialog?.close()
  }

  readonly #onType = (event: InputEvent): void => {
    this.#typed = (event.target as HTMLInputElement).value
    this.#host.requestUpdate()
  }

  readonly #onRenew = (): void => {
    void this.#confirmation?.check()
  }

  readonly #onWithdraw = (): void => {
    void this.#confirmation?.withdraw()
  }

  readonly #onCode = (event: SubmitEvent): void => {
    event.preventDefault()
    const code = this.#host.renderRoot.querySelector<HTMLInputElement>('#code')?.value.replaceAll(/\s/g, '') ?? ''
    if (code !== '') void this.#confirmation?.approve(code)
  }

  /** A held key repeats: four clicks that nobody meant. */
  readonly onKeydown = (event: KeyboardEvent): void => {
    if (event.repeat && (event.key === 'Enter' || event.key === ' ')) event.preventDefault()
  }

  readonly onCancel = (event: Event): void => {
    // For browsers without `closedby`.
    if (this.#confirmation !== undefined && isInFlight(this.#confirmation.phase)) event.preventDefault()
  }

  readonly onClose = (): void => {
    if (this.#confirmation !== undefined && isInFlight(this.#confirmation.phase)) this.#dialog?.showModal()
    else this.#end()
  }

  #end(): void {
    this.#disarm?.()
    this.#tick?.()
    this.#cover = 'unknown'
    this.#coverWatch.watch(undefined)
    this.#confirmation?.close()
    this.#confirmation = undefined
    this.#host.requestUpdate()
  }
}
