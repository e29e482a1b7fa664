import type { Order, OrderRequest, PlaceOptions } from '@sluice/core'
import { z } from 'zod'
import { answerOrder, answerVerdict } from '../answer/order-answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { idempotencyKeyOf } from '../body/idempotency-key.ts'
import { readJsonObject } from '../body/read-json.ts'
import { orderRequest, order as orderSchema } from '../openapi/schemas/order.ts'
import { queryOf } from './query.ts'
import { requestedAccount } from './requested-account.ts'

/** 201 once the broker has it; 202 while a code or an outcome is awaited. */
function statusOf(order: Order): 201 | 202 {
  return order.status === 'pending_approval' || order.status === 'unknown' || order.status === 'pending_new' ? 202 : 201
}

const query = z.strictObject({
  notAfter: z.iso.datetime().optional().describe('Refuse the order from this instant on, with TOO_LATE: for who stops waiting then. A key that is known answers all the same'),
})

const HEADERS = ['ETag', 'Location', 'Idempotency-Replayed']

export const placeOrder: PrivateRoute = {
  access: 'private',
  method: 'POST',
  path: '/order',
  right: 'trade',
  document: {
    operationId: 'placeOrder',
    tag: 'orders',
    summary: 'Place an order, once',
    description: 'The key binds you and the whole order: the same again is answered with the order as it stands, another order with 422. A denial uses up its key.',
    headers: ['Idempotency-Key'],
    query,
    body: orderRequest,
    answers: {
      201: { description: 'The broker has it', schema: orderSchema, headers: HEADERS },
      202: { description: 'It waits for a code (`pending_approval`), or its outcome is open', schema: orderSchema, headers: HEADERS },
    },
    problems: [404, 422],
  },
  handle: async ({ request, principal, access, service, settings, instance }: Call) => {
    const body = await readJsonObject(request)
    const idempotencyKey = idempotencyKeyOf(request, body)
    const required = access.requireAccount(requestedAccount(body))
    if (required !== undefined) await required
    const { notAfter } = request.query === '' ? {} : queryOf(request, query)
    const replay = { seen: false }
    const options: PlaceOptions & { readonly onReplay: () => void } = {
      actor: principal.id, signal: request.signal, onReplay: () => { replay.seen = true }, ...(notAfter !== undefined && { notAfter }),
    }
    // Core checks every field again; until then it is only said to be a request.
    const order = await service.placeOrder({ ...body, idempotencyKey } as unknown as OrderRequest, options)
    return answerVerdict(order, instance, replay.seen) ?? answerOrder(statusOf(order), order, {
      Location: `${settings.basePath}/order/${encodeURIComponent(order.id)}`,
      ...(replay.seen && { 'Idempotency-Replayed': 'true' }),
    })
  },
}
