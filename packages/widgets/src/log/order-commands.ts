import type { ReactiveElement } from 'lit'
import { SluiceCancelRequestEvent } from '../events/events.ts'
import { t } from '../language/language.ts'
import type { ExecutionStore } from '../store/execution-store.ts'

/** Cancels orders of a table, each at most once at a time. */
export class OrderCommands {
  readonly #host: ReactiveElement
  readonly #store: () => ExecutionStore | undefined
  readonly #say: (text: string) => void
  readonly #canceling = new Set<string>()
  /** The symbol of the order whose cancel the server did not confirm. */
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
      this.unconfirmed = symbol
    } finally {
      this.#canceling.delete(id)
      this.#host.requestUpdate()
    }
  }
}
