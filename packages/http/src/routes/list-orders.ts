import type { Order, OrderFilter, OrderStatus } from '@sluice/core'
import { answerJson } from '../answer/answer.ts'
import { invalidField } from '../answer/refusal.ts'
import type { Call, Route } from '../api/call.ts'
import { queryOf } from './query.ts'
import { onlyReadable, readableAccounts } from './readable-accounts.ts'

const STATUSES: readonly OrderStatus[] = [
  'pending_approval', 'pending_new', 'new', 'partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'denied',
  'rejected', 'expired', 'done_for_day', 'suspended', 'unknown',
]
const MAXIMUM = 1000

function parseStatuses(query: URLSearchParams): readonly OrderStatus[] | undefined {
  const statuses = query.getAll('status').flatMap((value) => value.split(','))
  const unknown = statuses.find((status) => !STATUSES.includes(status as OrderStatus))
  if (unknown !== undefined) throw invalidField('/status', 'value', `status must be one of ${STATUSES.join(', ')}`, 'QUERY_INVALID')
  return statuses.length === 0 ? undefined : (statuses as OrderStatus[])
}

function parseOpen(value: string | null): boolean | undefined {
  if (value === null) return undefined
  if (value === 'true' || value === 'false') return value === 'true'
  throw invalidField('/open', 'value', 'open must be true or false', 'QUERY_INVALID')
}

function parseLimit(value: string | null): number {
  const limit = value === null ? MAXIMUM : /^[1-9]\d{0,3}$/.test(value) ? Number(value) : 0
  if (limit >= 1 && limit <= MAXIMUM) return limit
  throw invalidField('/limit', 'value', `limit must be a whole number from 1 to ${MAXIMUM}`, 'QUERY_INVALID')
}

function parseFilter(query: URLSearchParams): OrderFilter & { readonly limit: number } {
  const [strategy, symbol, broker] = [query.get('strategy'), query.get('symbol'), query.get('broker')]
  const [status, open] = [parseStatuses(query), parseOpen(query.get('open'))]
  return {
    limit: parseLimit(query.get('limit')),
    ...(strategy !== null && { strategy }),
    ...(symbol !== null && { symbol }),
    ...(broker !== null && { broker }),
    ...(status !== undefined && { status }),
    ...(open !== undefined && { open }),
  }
}

const newestFirst = (left: Order, right: Order): number =>
  (left.createdAt === right.createdAt ? (left.id < right.id ? 1 : -1) : left.createdAt < right.createdAt ? 1 : -1)

export const listOrders: Route = {
  method: 'GET',
  path: '/orders',
  right: 'read',
  handle: async ({ request, principal, access, service }: Call) => {
    const query = queryOf(request, ['account', 'strategy', 'symbol', 'broker', 'status', 'open', 'limit'], ['status'])
    const filter = parseFilter(query)
    const accounts = await readableAccounts(query.get('account'), principal, access)
    const lists = await Promise.all(accounts.map((account) => service.listOrders(account === undefined ? filter : { ...filter, account })))
    const orders = await onlyReadable(lists.flat(), access)
    return answerJson(200, (lists.length === 1 ? orders : orders.toSorted(newestFirst)).slice(0, filter.limit))
  },
}
