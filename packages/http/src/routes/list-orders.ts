import { type Order, toIso } from '@sluice/core'
import { z } from 'zod'
import { answerJson } from '../answer/answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { order, ORDER_STATUSES } from '../openapi/schemas/order.ts'
import { filterOf, filterShape } from './order-filter.ts'
import { formatPageCursor, parsePageCursor } from './page-cursor.ts'
import { queryOf } from './query.ts'
import { onlyReadable, readableAccounts } from './readable-accounts.ts'

const MAXIMUM = 1000

const query = z.strictObject({
  ...filterShape,
  idempotencyKey: z.string().min(1).max(128).optional().describe('The order of one key, however old. One on its way is waited for. As-Of says how far an empty list can be relied on'),
  status: z.array(z.enum(ORDER_STATUSES)).optional().describe('Statuses, repeated or separated by commas'),
  open: z.enum(['true', 'false']).optional().describe('true: only unfinished orders; false: only finished ones'),
  limit: z.string().regex(/^(?:[1-9]\d{0,2}|1000)$/, `must be a whole number from 1 to ${MAXIMUM}`).optional().describe(`Orders on a page, 1 to ${MAXIMUM}, which is the default`),
  cursor: z.string().max(128).optional().describe('Where the page begins: from the Link of the page before'),
})

const newestFirst = (left: Order, right: Order): number =>
  (left.createdAt === right.createdAt ? (left.id < right.id ? 1 : -1) : left.createdAt < right.createdAt ? 1 : -1)

/** The address of the next page, with everything that was asked for. */
function nextLink({ request, settings }: Call, last: Order): string {
  const parameters = new URLSearchParams(request.query)
  parameters.set('cursor', formatPageCursor(last))
  return `<${settings.basePath}/orders?${parameters.toString()}>; rel="next"`
}

export const listOrders: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/orders',
  right: 'read',
  document: {
    operationId: 'listOrders',
    tag: 'orders',
    summary: 'Orders, newest first',
    description: 'A page that is not the last has a Link to the next.',
    query,
    answers: { 200: { description: 'A page of orders', schema: z.array(order), headers: ['Link', 'As-Of'] } },
    problems: [400, 404, 422],
  },
  handle: async (call: Call) => {
    const { request, principal, access, service, settings } = call
    const { account, idempotencyKey, status, open, limit: asked, cursor, ...names } = queryOf(request, query, ['status'])
    const limit = asked === undefined ? MAXIMUM : Number(asked)
    const filter = {
      ...filterOf(names),
      // One more tells whether there is another page.
      limit: limit + 1,
      ...(idempotencyKey !== undefined && { idempotencyKey }),
      ...(status !== undefined && { status }),
      ...(open !== undefined && { open: open === 'true' }),
      ...(cursor !== undefined && { before: parsePageCursor(cursor) }),
    }
    // Before anything is looked up: what was claimed by now is seen, or waited for.
    const asOf = idempotencyKey === undefined ? {} : { 'As-Of': toIso(settings.clock.now()) }
    const accounts = await readableAccounts(account, principal, access)
    const lists = await Promise.all(accounts.map((one) => service.listOrders(one === undefined ? filter : { ...filter, account: one })))
    const found = lists.length === 1 ? (lists[0] as readonly Order[]) : lists.flat().toSorted(newestFirst)
    const page = found.slice(0, limit)
    const last = page.at(-1)
    return answerJson(200, await onlyReadable(page, access), { ...asOf, ...(found.length > limit && last !== undefined && { Link: nextLink(call, last) }) })
  },
}
