import type { ReactiveElement } from 'lit'
import { faultOf } from '../confirmation/fault.ts'
import { changesOf, type AmendFormOptions } from '../details/amend-form.ts'
import { SluiceAmendRequestEvent, SluiceCancelRequestEvent } from '../events/events.ts'
import { t } from '../language/language.ts'
import type { OrderRow } from '../orders/order-row.ts'
import type { ExecutionStore } from '../store/execution-store.ts'

type Amend = Pick<AmendFormOptions, 'busy' | 'fault' | 'submit' | 'close'>

/** Cancels and amends orders of a table, each at most once at a time. */
export class OrderCommands {
  readonly #host: ReactiveElement
  readonly #store: () => ExecutionStore | undefined
  readonly #say: (text: string) => void
  readonly #canceling = new Set<string>()
  #amending: { readonly orderId: string; readonly busy: boolean; readonly fault?: string } | undefined
  /** What the server did not confirm, in words. */
  unconfirmed: string | undefined

  constructor(host: ReactiveElement, store: () => ExecutionStore | undefined, say: (text: string) => void) {
    this.#host = host
    this.#store = store
    this.#say = say
  }

  isCanceling(id: string): boolean {
    return this.#canceling.has(id)
  }

  cancel(id: string): void {
    const store = this.#store()
    if (store === undefined || this.#canceling.has(id)) return
    if (!this.#host.dispatchEvent(new SluiceCancelRequestEvent(id)) || !store.canCommand) return
    this.#canceling.add(id)
    this.unconfirmed = undefined
    this.#host.requestUpdate()
    void this.#cancel(store, id)
  }

  async #cancel(store: ExecutionStore, id: string): Promise<void> {
    const symbol = store.orders.get(id)?.symbol ?? id
    try {
      await store.cancelOrder(id)
      this.#say(t('Canceled: {0}', symbol))
    } catch {
      this.unconfirmed = t('The server has not confirmed the cancel of {0}. Look at the order, and try again if it is still open.', symbol)
    } finally {
      this.#canceling.delete(id)
      this.#host.requestUpdate()
    }
  }

  openAmend(row: OrderRow): void {
    this.#amending = { orderId: row.id, busy: false }
    this.#host.requestUpdate()
  }

  closeAmend(): void {
    if (this.#amending?.busy === true) return
    this.#amending = undefined
    this.#host.requestUpdate()
  }

  /** What the form with new terms of an order needs; undefined while it is closed. */
  amendOf(row: OrderRow): Amend | undefined {
    const amending = this.#amending
    if (amending?.orderId !== row.id) return undefined
    return {
      busy: amending.busy, fault: amending.fault,
      close: () => {
        this.closeAmend()
      },
      submit: (event) => {
        event.preventDefault()
        this.#submit(row, event.target as HTMLFormElement)
      },
    }
  }

  #submit(row: OrderRow, form: HTMLFormElement): void {
    const store = this.#store()
    if (store === undefined || this.#amending?.busy === true) return
    const values = new FormData(form)
    const changes = changesOf(row, (field) => {
      const value = values.get(field)
      return typeof value === 'string' ? value : undefined
    })
    if (changes === undefined) {
      this.#amending = { orderId: row.id, busy: false, fault: t('Change at least one field, to a positive number.') }
      this.#host.requestUpdate()
      return
    }
    if (!this.#host.dispatchEvent(new SluiceAmendRequestEvent(row.id, changes))) return
    this.#amending = { orderId: row.id, busy: true }
    this.#host.requestUpdate()
    void this.#amend(store, row, changes)
  }

  /** Never repeated by itself: what an amendment without an answer did, the order says. */
  async #amend(store: ExecutionStore, row: OrderRow, changes: Parameters<ExecutionStore['client']['replaceOrder']>[1]): Promise<void> {
    try {
      store.takeOrder(await store.client.replaceOrder(row.id, changes))
      this.#amending = undefined
      this.#say(t('Amended: {0}', row.symbol))
    } catch (error) {
      const { message, code } = faultOf(error)
      this.#amending = { orderId: row.id, busy: false, fault: code === 'NO_ANSWER' ? t('The server has not confirmed the amendment. Look at the order before you try again.') : `${message} (${code})` }
    }
    this.#host.requestUpdate()
  }
}
