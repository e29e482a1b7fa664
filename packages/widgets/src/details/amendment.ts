import type { OrderTerms, ReplaceRequest } from '@sluice/core'
import type { ReactiveElement } from 'lit'
import { faultOf } from '../confirmation/fault.ts'
import { SluiceAmendRequestEvent } from '../events/amend-request-event.ts'
import { t } from '../language/language.ts'
import type { OrderRow } from '../orders/order-row.ts'
import type { ExecutionStore } from '../store/execution-store.ts'
import { changesOf, type AmendFormOptions } from './amend-form.ts'

interface Amending {
  readonly orderId: string
  readonly busy: boolean
  readonly fault?: string
  /** What the person saw when the form was opened, or when they were last told of a change. */
  readonly terms: string
}

const termsOf = ({ quantity, notional, limitPrice, stopPrice, trailAmount, trailPercent }: OrderTerms): string => [quantity, notional, limitPrice, stopPrice, trailAmount, trailPercent].join(' ')

type Amend = Pick<AmendFormOptions, 'busy' | 'fault' | 'submit' | 'close'>

export interface AmendmentOptions {
  readonly host: ReactiveElement
  readonly store: () => ExecutionStore | undefined
  readonly say: (text: string) => void
}

/** New terms for one order of a table, sent at most once at a time. */
export class Amendment {
  readonly #options: AmendmentOptions
  #amending: Amending | undefined
  #focus = false

  constructor(options: AmendmentOptions) {
    this.#options = options
  }

  /** The first field gets the focus. */
  open(row: OrderRow): void {
    this.#focus = true
    this.#enter({ orderId: row.id, busy: false, terms: termsOf(row) })
    if (row.version === undefined) void this.#read(row.id)
  }

  /** After a render. */
  updated(): void {
    const field = this.#focus ? this.#options.host.renderRoot.querySelector<HTMLInputElement>('.amend input') : null
    if (field === null) return
    this.#focus = false
    field.focus()
    field.select()
  }

  close(): void {
    if (this.#amending?.busy !== true) this.#enter(undefined)
  }

  /** What the form with new terms of an order needs; undefined while it is closed. */
  formOf(row: OrderRow): Amend | undefined {
    const amending = this.#amending
    if (amending?.orderId !== row.id) return undefined
    return {
      busy: amending.busy, fault: amending.fault,
      close: () => {
        this.close()
      },
      submit: (event) => {
        event.preventDefault()
        this.#submit(row, event.target as HTMLFormElement)
      },
    }
  }

  #enter(amending: Amending | undefined): void {
    this.#amending = amending
    this.#options.host.requestUpdate()
  }

  #submit(row: OrderRow, form: HTMLFormElement): void {
    const store = this.#options.store()
    if (store === undefined || this.#amending?.busy === true) return
    const values = new FormData(form)
    const changes = changesOf(row, (field) => {
      const value = values.get(field)
      return typeof value === 'string' ? value : undefined
    })
    const terms = termsOf(row)
    if (terms !== this.#amending?.terms) {
      this.#enter({ orderId: row.id, busy: false, terms, fault: changed() })
      return
    }
    if (changes === undefined) {
      this.#enter({ orderId: row.id, busy: false, terms, fault: t('Change at least one field, to a positive number.') })
      return
    }
    if (!this.#options.host.dispatchEvent(new SluiceAmendRequestEvent(row.id, changes))) return
    this.#enter({ orderId: row.id, busy: true, terms })
    void this.#send(store, row, changes)
  }

  /** Asks for an order whose version is not certain. */
  async #read(orderId: string): Promise<void> {
    const store = this.#options.store()
    try {
      if (store?.canCommand === true) store.takeOrder(await store.client.getOrder(orderId))
    } catch {
      // Without a version nothing is sent; the next attempt asks again.
    }
  }

  /** For this state of the order only. Never repeated by itself: what an amendment without an answer did, the order says. */
  async #send(store: ExecutionStore, row: OrderRow, changes: ReplaceRequest): Promise<void> {
    const terms = termsOf(row)
    try {
      const known = row.version === undefined ? await store.client.getOrder(row.id) : row
      if (termsOf(known) !== terms) {
        await this.#read(row.id)
        this.#enter({ orderId: row.id, busy: false, terms: termsOf(known), fault: changed() })
        return
      }
      store.takeOrder(await store.client.replaceOrder(row.id, changes, { expectedVersion: known.version ?? 0 }))
      this.#enter(undefined)
      this.#options.say(t('Amended: {0}', row.symbol))
    } catch (error) {
      const { message, code } = faultOf(error)
      if (code === 'VERSION_CONFLICT') await this.#read(row.id)
      const faults: Readonly<Record<string, string>> = { VERSION_CONFLICT: changed(), NO_ANSWER: t('The server has not confirmed the amendment. Look at the order before you try again.') }
      this.#enter({ orderId: row.id, busy: false, terms: code === 'VERSION_CONFLICT' ? termsOf(store.orders.get(row.id) ?? row) : terms, fault: faults[code] ?? `${message} (${code})` })
    }
  }
}

function changed(): string {
  return t('The order has changed meanwhile. Look at it and try again.')
}
