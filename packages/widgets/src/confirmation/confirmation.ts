import type { Order, OrderRequest, PendingApprovalOrder } from '@sluice/core'
import { type ExecutionClient, ExecutionClientError } from '@sluice/http/client'
import type { OrderRow } from '../orders/order-row.ts'
import { after, now, parseTime } from '../runtime/timing.ts'
import { DraftKeys } from './draft-keys.ts'
import { faultOf } from './fault.ts'
import { isOutcomeUnknown } from './outcome-unknown.ts'
import { isInFlight, type Phase } from './phase.ts'

/** A clock that runs ahead of the server's must not make every check look old. */
const SHORTEST_CHECK = 5000
/** While the outcome is unknown the server is asked again after this long, in milliseconds; twice as long each time, at most eight times. */
const FIRST_LOOK = 2000
/** Clocks of several servers may differ by this much, in milliseconds. */
const CLOCKS_DIFFER = 1000

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
 * One order on its way from a person's intention to an answer. Knows no DOM. It sends one request to place an order, or none:
 * every step is allowed in one phase only, and no phase leads back to the review once something was sent. An answer that was lost
 * is asked for by the order's key.
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
  #sent = false
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
    await (this.#keys.current.notAfter === undefined ? this.check() : this.lookUp())
  }

  /** Asks the guards, again if need be. */
  async check(): Promise<void> {
    if (isInFlight(this.#phase) || this.#sent) return
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
    if (!this.isReady || this.#sent || this.#phase.kind !== 'review') return
    const key = this.idempotencyKey
    const request = this.#addressed()
    const { expiresAt: notAfter } = this.#phase.preflight
    if (!this.#options.beforeSubmit(request, key)) return
    this.#sent = true
    this.#keys.markSent(notAfter)
    this.#enter({ kind: 'sending' })
    try {
      this.#settle(await this.#options.client.placeOrder(request, { idempotencyKey: key, notAfter, once: true }))
    } catch (error) {
      this.#lost = error
      if (isOutcomeUnknown(error)) this.#enter({ kind: 'unknown', looking: false })
      else this.#end({ kind: 'failed', fault: faultOf(error) })
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

  /** Asks the server what became of the order. Sends nothing. */
  async lookUp(): Promise<void> {
    const phase = this.#phase
    if (isInFlight(phase) || (phase.kind === 'unknown' && phase.looking)) return
    const known = phase.kind === 'unknown' ? phase.order : undefined
    this.#enter({ kind: 'unknown', looking: true, ...(known !== undefined && { order: known }) })
    try {
      if (known === undefined) await this.#findByKey()
      else this.#settle(await this.#options.client.getOrder(known.id))
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
    else if (phase.kind === 'unknown' && phase.order !== undefined) this.#resolvers.resolve(phase.order)
    else if (phase.kind === 'unknown') {
      const { idempotencyKey } = this
      this.#resolvers.reject(new ExecutionClientError('OUTCOME_UNKNOWN', 'closed while nobody knew: the order may have been accepted', { cause: this.#lost, idempotencyKey }))
    } else {
      this.#keys.forget()
      this.#resolvers.resolve(undefined)
    }
  }

  #addressed(): OrderRequest {
    return { ...this.request, account: this.account }
  }

  async #findByKey(): Promise<void> {
    const { account, idempotencyKey } = this
    const { order, asOf = '' } = await this.#options.client.findOrder({ account, idempotencyKey })
    if (order !== undefined) return this.#settle(order)
    // By the server's clock alone: after this instant it takes the order no more, however late it may arrive.
    const left = parseTime(this.#keys.current.notAfter ?? '') + CLOCKS_DIFFER - parseTime(asOf)
    if (!(left <= 0)) return this.#enter({ kind: 'unknown', looking: false, missing: true }, left || undefined)
    if (this.#sent) return this.#end({ kind: 'absent' })
    // It was another dialog that sent it: this one begins anew.
    this.#keys.renew()
    this.#enter({ kind: 'checking' })
    await this.check()
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
      this.#end({ kind: 'outcome', order })
      this.#resolvers.resolve(order)
    }
    if (this.#announced) return
    this.#announced = true
    this.#options.placed(order)
  }

  /** Nothing more becomes of the order here: its key has done its duty. */
  #end(phase: Phase): void {
    this.#keys.forget()
    this.#enter(phase)
  }

  /** @param enough asking again after so many milliseconds is sure to settle it */
  #enter(phase: Phase, enough = Number.POSITIVE_INFINITY): void {
    this.#cancelExpiry?.()
    this.#cancelExpiry = undefined
    this.#phase = phase
    if (phase.kind === 'unknown' && !phase.looking && !this.#closed) {
      this.#cancelExpiry = after(Math.min(enough, FIRST_LOOK * 2 ** Math.min(this.#looks, 3)), () => {
        this.#looks += 1
        void this.lookUp()
      })
    }
    this.#options.changed()
  }
}
