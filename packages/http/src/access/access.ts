import { accountNotFound, orderNotFound, refuse, retryAfter } from '../answer/refusal.ts'
import type { ApiRequest } from '../api/api-request.ts'
import type { Settings } from '../api/settings.ts'
import type { Order } from '@sluice/core'
import { holdsRight, type Principal, type Right } from './principal.ts'
import { timeBox } from './time-box.ts'

/** What the principal of one request may do with one right. */
export interface Access {
  /** True when no account is closed to it, so that nothing need be looked up. */
  readonly everywhere: boolean
  /** Whether it may use the account. */
  allows(account: string): Promise<boolean>
  /** @throws Refusal 404 unless it may use the account */
  requireAccount(account: string): Promise<void>
  /** @throws Refusal 404 unless the order exists in an account it may use */
  requireOrder(order: Order | undefined): Promise<Order>
}

/**
 * @throws Refusal 403 when the principal lacks the right itself: said before anything is looked up, it tells nothing of accounts
 */
export async function openAccess(request: ApiRequest, principal: Principal, right: Right | undefined, settings: Settings): Promise<Access> {
  const { authorize } = settings
  const ask = async (account: string | undefined): Promise<boolean> => {
    if (authorize === undefined) return true
    try {
      const answer: unknown = await timeBox(authorize(principal, { right, account }, request.web), settings.clock, settings.authenticateTimeout)
      return answer === true
    } catch (error) {
      settings.reportFailure('authorize failed', error)
      throw refuse(503, 'AUTHORIZATION_UNAVAILABLE', 'What you may do could not be checked.', { retryable: true }, retryAfter(1000))
    }
  }
  if ((right !== undefined && !holdsRight(principal, right)) || !(await ask(undefined))) {
    throw refuse(403, 'FORBIDDEN', right === undefined ? 'You may not do this.' : `You may not do this: it needs the right "${right}".`)
  }
  const { accounts } = principal
  const allows = async (account: string): Promise<boolean> => (accounts === '*' || accounts.includes(account)) && ask(account)
  return {
    everywhere: accounts === '*' && authorize === undefined,
    allows,
    requireAccount: async (account) => {
      if (!(await allows(account))) throw accountNotFound()
    },
    requireOrder: async (order) => {
      if (order !== undefined && (await allows(order.account))) return order
      throw orderNotFound()
    },
  }
}
