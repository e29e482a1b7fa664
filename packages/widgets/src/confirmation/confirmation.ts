import type { Order, OrderRequest, PendingApprovalOrder } from '@sluice/core'
import type { ExecutionClient } from '@sluice/http/client'
import type { OrderRow } from '../orders/order-row.ts'
import { after, now, parseTime } from '../runtime/timing.ts'
import { DraftKeys } from './draft-keys.ts'
import { faultOf, isOutcomeUnknown } from './fault.ts'
import { isInFlight, type Phase } from './phase.ts'

/** A clock that runs ahead of the server's must not make every check look old. */
const SHORTEST_CHECK = 5000
/** While the outcome is unknown the server is asked again after this long, in milliseconds; twice as long each time, at most eight times. */
const FIRST_LOOK = 2000
/** Deep enough to find an order among those placed since its answer was lost. */
const LOOK_BACK = 200

export interface ConfirmationOptions {
  readonly client: ExecutionClient
  readonly account: string
  readonly request: OrderRequest
  /** Asked in the tick of the send; false keeps the order back. */
  readonly beforeSubmit: (request: OrderRequest, idempotencyKey: string) => boolean
  /** The server recorded the order. Called once. */
  readonly placed: (order: Order) => void
  readonly changed: () => void
}

/**
 * One order on its way from a person's intention to an answer. Knows no DOM. It sends at most one order: every step is allowed
 * in one phase only, and every send carries the same key.
 */
export class Confirmation {
  readonly request: OrderRequest
  readonly account: string
  readonly result: Promise<Order | undefined>
  readonly #options: ConfirmationOptions
  readonly #keys: DraftKeys
  readonly #resolvers: PromiseWithResolvers<Order | undefined>
  readonly #abort = new AbortController()
  #phase: Phase = { kind: 'checking' }
  #cancelExpiry: (() => void) | undefined
  #announced = false
  #closed = false
  #following = false
  #lost: unknown
  #looks = 0
  #expiresAt = 0

  constructor(options: ConfirmationOptions) {
    this.#options = options
    // What was reviewed is what is sent, whatever the page does to its object meanwhile.
    this.request = structuredClone(options.request)
    this.account = this.request.account ?? options.account
    this.#keys = new DraftKeys(this.account, this.request)
    this.#resolvers = Promise.withResolvers()
    this.result = this.#resolvers.promise
  }

  get phase(): Phase {
    return this.#phase
  }

  get idempotencyKey(): string {
    return this.#keys.current.key
  }

  /** Asks the guards; or, when this very order was sent before and its answer was never seen, asks what became of it. */
  async start(): Promise<void> {
    await (this.#keys.current.sent ? this.lookUp() : this.check())
  }

  /** Asks the guards, again if need be. */
  async check(): Promise<void> {
    if (isInFlight(this.#phase)) return
    this.#enter({ kind: 'checking' })
    const { signal } = this.#abort
    try {
      const preflight = await this.#options.client.preflight(this.#addressed(), { signal })
      if (signal.aborted) return
      this.#enter({ kind: 'review', preflight, expired: false })
      const lasts = Math.max(SHORTEST_CHECK, parseTime(preflight.expiresAt) - now() || 0)
      this.#expiresAt = now() + lasts
      this.#cancelExpiry = after(lasts, () => {
        if (this.#phase.kind === 'review') this.#enter({ ...this.#phase, expired: true })
      })
    } catch (error) {
      if (!signal.aborted) this.#enter({ kind: 'check_failed', fault: faultOf(error) })
    }
  }

  /** Whole seconds until the checks are too old to act on. */
  get secondsLeft(): number {
    return Math.max(0, Math.ceil((this.#expiresAt - now()) / 1000))
  }

  /** Whether a click may send the order now. */
  get isReady(): boolean {
    return this.#phase.kind === 'review' && !this.#phase.expired && this.#phase.preflight.verdict !== 'reject'
  }

  /** Sends the order. Does nothing in any phase but a valid review, so that a second click finds nothing to do. */
  async submit(): Promise<void> {
    if (!this.isReady) return
    const key = this.idempotencyKey
    const request = this.#addressed()
    if (!this.#options.beforeSubmit(request, key)) return
    this.#keys.markSent()
    this.#enter({ kind: 'sending' })
    try {
      this.#settle(await this.#options.client.placeOrder(request, { idempotencyKey: key }))
    } catch (error) {
      this.#lost = error
      if (isOutcomeUnknown(error)) this.#enter({ kind: 'unknown', looking: false })
      else this.#enter({ kind: 'failed', fault: faultOf(error) })
    }
  }

  async approve(code: string): Promise<void> {
    if (this.#phase.kind !== 'challenge') return
    const { order } = this.#phase
    this.#enter({ kind: 'approving', order })
    try {
      this.#settle(await this.#options.client.approveOrder(order.id, { code }))
    } catch (error) {
      await this.#afterRefusal(order, error)
    }
  }

  /** Cancels an order that waits for a code. */
  async withdraw(): Promise<void> {
    if (this.#phase.kind !== 'challenge') return
    const { order } = this.#phase
    this.#enter({ kind: 'approving', order })
    try {
      this.#settle(await this.#options.client.cancelOrder(order.id))
    } catch (error) {
      await this.#afterRefusal(order, error)
    }
  }

  /** Asks the server what became of the order. Sends nothing. `quiet`: by itself; that it finds nothing yet proves nothing. */
  async lookUp(quiet = false): Promise<void> {
    const phase = this.#phase
    if (isInFlight(phase) || (phase.kind === 'unknown' && phase.looking)) return
    const known = phase.kind === 'unknown' ? phase.order : undefined
    this.#enter({ kind: 'unknown', looking: true, ...(known !== undefined && { order: known }) })
    try {
      const order = await (known === undefined ? this.#findByKey() : this.#options.client.getOrder(known.id))
      if (order === undefined && quiet) this.#enter({ kind: 'unknown', looking: false })
      else if (order === undefined) this.#enter({ kind: 'absent' })
      else this.#settle(order)
    } catch (error) {
      this.#lost ??= error
      this.#enter({ kind: 'unknown', looking: false, ...(known !== undefined && { order: known }) })
    }
  }

  /** Takes a hint from the live feed: the order that this waits for has moved on. */
  async follow(find: (id: string | undefined, key: string) => OrderRow | undefined): Promise<void> {
    const phase = this.#phase
    if ((phase.kind !== 'challenge' && phase.kind !== 'unknown') || this.#following) return
    const row = find(phase.order?.id, this.idempotencyKey)
    if (row === undefined || row.status === phase.order?.status || row.status === 'pending_new') return
    this.#following = true
    try {
      const order = await this.#options.client.getOrder(row.id)
      if (this.#phase === phase) this.#settle(order)
    } catch {
      // The next event asks again.
    } finally {
      this.#following = false
    }
  }

  /** The person closed the dialog. Only where nothing is in flight. */
  close(): void {
    const phase = this.#phase
    this.#closed = true
    this.#abort.abort()
    this.#cancelExpiry?.()
    if (phase.kind === 'challenge') this.#resolvers.resolve(phase.order)
    else if (phase.kind === 'unknown' && phase.order === undefined) this.#resolvers.reject(this.#lost)
    else if (phase.kind === 'unknown') this.#resolvers.resolve(phase.order)
    else {
      // What was sent once may still arrive late: the next try must carry the same key, unless the server has refused it for good.
      if (!this.#keys.current.sent || (phase.kind === 'failed' && !phase.fault.retryable)) this.#keys.forget()
      this.#resolvers.resolve(undefined)
    }
  }

  #addressed(): OrderRequest {
    return { ...this.request, account: this.account }
  }

  async #findByKey(): Promise<Order | undefined> {
    const { symbol } = this.request
    const orders = await this.#options.client.listOrders({ account: this.account, symbol, limit: LOOK_BACK })
    return orders.find((order) => order.idempotencyKey === this.idempotencyKey)
  }

  /** A code was refused, or the answer to it was lost: the order itself says where it stands. */
  async #afterRefusal(order: PendingApprovalOrder, error: unknown): Promise<void> {
    const fault = faultOf(error)
    const mayHaveMoved = isOutcomeUnknown(error) || fault.code === 'ORDER_FINISHED' || fault.attemptsLeft === 0
    const current = mayHaveMoved ? await this.#options.client.getOrder(order.id).catch(() => order) : order
    if (current.status === 'pending_approval') this.#enter({ kind: 'challenge', order: current, fault })
    else this.#settle(current)
  }

  #settle(order: Order): void {
    if (order.status === 'pending_approval') this.#enter({ kind: 'challenge', order })
    else if (order.status === 'unknown') this.#enter({ kind: 'unknown', looking: false, order })
    else {
      this.#keys.forget()
      this.#enter({ kind: 'outcome', order })
      this.#resolvers.resolve(order)
    }
    if (this.#announced) return
    this.#announced = true
    this.#options.placed(order)
  }

  #enter(phase: Phase): void {
    this.#cancelExpiry?.()
    this.#cancelExpiry = undefined
    this.#phase = phase
    if (phase.kind === 'unknown' && !phase.looking && !this.#closed) {
      this.#cancelExpiry = after(FIRST_LOOK * 2 ** Math.min(this.#looks, 3), () => {
        this.#looks += 1
        void this.lookUp(true)
      })
    }
    this.#options.changed()
  }
}
