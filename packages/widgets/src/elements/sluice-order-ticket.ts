import type { OrderRequest, OrderTerms } from '@sluice/core'
import { type CSSResultGroup, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit'
import { SluiceOrderRequestEvent } from '../events/events.ts'
import { t } from '../language/language.ts'
import { panelTemplate } from '../parts/panel.ts'
import { base } from '../styles/base.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { blank, cleaned, draftOf, faultsOf, requestOf, type TicketDraft, type TicketField } from '../ticket/rules.ts'
import { ticketTemplate } from '../ticket/ticket-template.ts'
import { ticketStyles } from '../styles/ticket.ts'
import { StoreElement } from './store-element.ts'

/** What a confirmation is asked for; `sluice-trade-confirmation-modal` is one. */
interface Confirms extends Element {
  confirm(request: OrderRequest): Promise<unknown>
}

/**
 * Enters an order and hands it to the confirmation; it sends nothing itself. Takes part in forms: its value is the order as JSON,
 * and it is invalid as long as the service would refuse it.
 *
 * @fires sluice-order-request - Before the order goes to the confirmation; cancelable.
 * @slot heading - The title; default `New order`.
 * @csspart panel - The whole widget.
 * @csspart header - The line with the title.
 * @csspart form - The form.
 * @csspart field - One field.
 * @csspart notice - Why nothing new is shown.
 * @csspart submit-button - Opens the confirmation.
 */
export class SluiceOrderTicket extends StoreElement {
  static readonly formAssociated = true
  static override readonly properties: PropertyDeclarations = {
    name: { type: String, reflect: true },
    symbol: { type: String },
    side: { type: String },
    disabled: { type: Boolean, reflect: true },
    confirmation: { type: String },
    // Taken, like the others, when it was set before the definition came.
    value: { attribute: false, noAccessor: true },
  }

  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, ticketStyles]

  /** Under which its value is sent with a form. */
  declare name: string | null | undefined
  /** The symbol to begin with. */
  declare symbol: string | null | undefined
  /** The side to begin with: `buy`, `sell` or `sell_short`; default `buy`. */
  declare side: TicketDraft['side'] | null | undefined
  /** Nothing can be entered. */
  declare disabled: boolean
  /** The id of the confirmation to hand orders to; default: the one inside the same provider, else the first of the page. */
  declare confirmation: string | null | undefined

  #draft: TicketDraft = blank
  readonly #left = new Set<TicketField>()
  #busy = false
  /** What a person entered into the form that a server rendered, before there was anything behind it. */
  #entered: FormData | undefined

  constructor() {
    super()
    this.disabled = false
  }

  get #order(): TicketDraft {
    return cleaned(this.#draft)
  }

  /** The order as it stands; undefined while the service would refuse it. Set, it fills the form in for a person to look at: what it does not say is blank. */
  get value(): OrderRequest | undefined {
    return faultsOf(this.#order).size === 0 ? requestOf(this.#order) : undefined
  }

  set value(order: Partial<OrderTerms> | undefined) {
    this.#draft = draftOf(order ?? {})
    this.#left.clear()
    this.requestUpdate()
  }

  /** Whether the service would take the order. */
  checkValidity(): boolean {
    return this.internals.checkValidity()
  }

  /** As `checkValidity`, and shows what is wrong. */
  reportValidity(): boolean {
    for (const field of faultsOf(this.#order).keys()) this.#left.add(field)
    this.requestUpdate()
    return this.internals.reportValidity()
  }

  /** The form around it was reset. */
  formResetCallback(): void {
    this.#draft = draftOf({ ...(typeof this.symbol === 'string' && { symbol: this.symbol }), ...(typeof this.side === 'string' && { side: this.side }) })
    this.#left.clear()
    this.requestUpdate()
  }

  /** A fieldset around it was disabled. */
  formDisabledCallback(disabled: boolean): void {
    this.disabled = disabled
  }

  protected override createRenderRoot(): HTMLElement | DocumentFragment {
    const form = this.shadowRoot?.querySelector('form')
    if (form) this.#entered = new FormData(form)
    return super.createRenderRoot()
  }

  /** Taken only now: which fields the form has must be as the server rendered them until they are taken over. */
  protected override firstUpdated(): void {
    super.firstUpdated()
    if (this.#entered === undefined) return
    const { extendedHours, ...texts } = Object.fromEntries(this.#entered)
    this.#draft = cleaned({ ...this.#draft, ...texts, extendedHours: extendedHours !== undefined })
    this.requestUpdate()
  }

  override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed)
    if (changed.has('symbol') && typeof this.symbol === 'string') this.#draft = cleaned({ ...this.#draft, symbol: this.symbol })
    if (changed.has('side') && typeof this.side === 'string') this.#draft = { ...this.#draft, side: this.side }
  }

  override render(): TemplateResult {
    const all = faultsOf(this.#order)
    const faults = new Map([...all].filter(([field]) => this.#left.has(field)))
    const body = ticketTemplate({ draft: this.#draft, faults, disabled: this.disabled, early: this.onServer, change: this.#onChange, leave: this.#onLeave, submit: this.#onSubmit })
    return panelTemplate({ title: t('New order'), connection: this.connection, head: nothing, body })
  }

  override updated(): void {
    // A server can write attributes alone, and what a person has touched no longer follows them.
    for (const choice of this.renderRoot.querySelectorAll<HTMLInputElement>('[name=side], [name=extendedHours]')) choice.checked = choice.hasAttribute('checked')
    for (const choice of this.renderRoot.querySelectorAll('select')) choice.value = this.#draft[choice.name as 'type']
    const [first] = faultsOf(this.#order)
    const { value } = this
    this.internals.setFormValue(value === undefined ? null : JSON.stringify(value))
    if (first === undefined) {
      this.internals.setValidity({})
      return
    }
    const field = this.renderRoot.querySelector<HTMLElement>(`#${first[0]}`)
    this.internals.setValidity({ customError: true }, first[1], field ?? undefined)
  }

  readonly #onChange = (event: Event): void => {
    const { name, type, checked, value } = event.target as HTMLInputElement
    this.#draft = { ...this.#draft, [name]: type === 'checkbox' ? checked : value }
    this.requestUpdate()
  }

  readonly #onLeave = (event: Event): void => {
    this.#left.add((event.target as HTMLInputElement).name as TicketField)
    this.#draft = this.#order
    this.requestUpdate()
  }

  readonly #onSubmit = (event: SubmitEvent): void => {
    event.preventDefault()
    if (this.disabled || this.#busy) return
    const [first] = faultsOf(this.#order)
    if (first !== undefined) {
      for (const field of faultsOf(this.#order).keys()) this.#left.add(field)
      this.requestUpdate()
      this.renderRoot.querySelector<HTMLElement>(`#${first[0]}`)?.focus()
      return
    }
    const request = requestOf(this.#order)
    if (this.dispatchEvent(new SluiceOrderRequestEvent(request))) void this.#confirm(request)
  }

  async #confirm(request: OrderRequest): Promise<void> {
    const modal = this.#modal
    if (modal === null) return
    this.#busy = true
    try {
      await modal.confirm(request)
    } catch {
      // The dialog has shown it, and the page has heard of it.
    } finally {
      this.#busy = false
    }
  }

  get #modal(): Confirms | null {
    const tag = 'sluice-trade-confirmation-modal'
    const root = this.getRootNode() as Document | ShadowRoot
    if (typeof this.confirmation === 'string') return root.querySelector<Confirms>(`#${CSS.escape(this.confirmation)}`)
    return this.closest('sluice-provider')?.querySelector<Confirms>(tag) ?? root.querySelector<Confirms>(tag)
  }
}
