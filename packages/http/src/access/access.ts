import type { Order } from '@sluice/core'
import { accountNotFound, orderNotFound, refuse, retryAfter } from '../answer/refusal.ts'
import type { ApiRequest } from '../api/api-request.ts'
import type { Settings } from '../api/settings.ts'
import { holdsRight, type Principal, type Right } from './principal.ts'
import { timeBox } from './time-box.ts'

/** What the principal of one request may do with one right. What is known at once is said at once: every promise on the way of an order is felt. */
export interface Access {
  /** True when no account is closed to it, so that nothing need be looked up. */
  readonly everywhere: boolean
  /** Whether it may use the account. */
  allows(account: string): Promise<boolean> | boolean
  /** @throws Refusal 404 unless it may use the account */
  requireAccount(account: string): Promise<void> | undefined
  /** @throws Refusal 404 unless the order exists in an account it may use */
  requireOrder(order: Order | undefined): Promise<Order>
}

class PrincipalAccess implements Access {
  readonly #request: ApiRequest
  readonly #principal: Principal
  readonly #right: Right | undefined
  readonly #settings: Settings

  constructor(request: ApiRequest, principal: Principal, right: Right | undefined, settings: Settings) {
    this.#request = request
    this.#principal = principal
    this.#right = right
    this.#settings = settings
  }

  get everywhere(): boolean {
    return this.#principal.accounts === '*' && this.#settings.authorize === undefined
  }

  allows(account: string): Promise<boolean> | boolean {
    const { accounts } = this.#principal
    return (accounts === '*' || accounts.includes(account)) && this.ask(account)
  }

  requireAccount(account: string): Promise<void> | undefined {
    const allowed = this.allows(account)
    if (typeof allowed === 'object') return allowed.then((isAllowed) => { if (!isAllowed) throw accountNotFound() })
    if (!allowed) throw accountNotFound()
    return undefined
  }

  async requireOrder(order: Order | undefined): Promise<Order> {
    if (order !== undefined && (await this.allows(order.account))) return order
    throw orderNotFound()
  }

  /** What the host's own condition says; true without one. */
  ask(account: string | undefined): Promise<boolean> | true {
    const { authorize } = this.#settings
    return authorize === undefined || this.#askHost(authorize, account)
  }

  async #askHost(authorize: NonNullable<Settings['authorize']>, account: string | undefined): Promise<boolean> {
    const { clock, authenticateTimeout, reportFailure } = this.#settings
    try {
      const answer: unknown = await timeBox(authorize(this.#principal, { right: this.#right, account }, this.#request.web), clock, authenticateTimeout)
      return answer === true
    } catch (error) {
      reportFailure('authorize failed', error)
      throw refuse(503, 'AUTHORIZATION_UNAVAILABLE', 'What you may do could not be checked.', { retryable: true }, retryAfter(1000))
    }
  }
}

/**
 * @throws Refusal 403 when the principal lacks the right itself: said before anything is looked up, it tells nothing of accounts
 */
export function openAccess(request: ApiRequest, principal: Principal, right: Right | undefined, settings: Settings): Promise<Access> | Access {
  const access = new PrincipalAccess(request, principal, right, settings)
  const opened = (isAllowed: boolean): Access => {
    if (isAllowed) return access
    throw refuse(403, 'FORBIDDEN', right === undefined ? 'You may not do this.' : `You may not do this: it needs the right "${right}".`)
  }
  if (right !== undefined && !holdsRight(principal, right)) return opened(false)
  const asked = access.ask(undefined)
  return asked === true ? access : asked.then(opened)
}
