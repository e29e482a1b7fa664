import type { Order, OrderRequest, PlaceOptions } from '@sluice/core'
import { answerOrder, answerVerdict } from '../answer/order-answer.ts'
import type { Call, Route } from '../api/call.ts'
import { idempotencyKeyOf } from '../body/idempotency-key.ts'
import { readJsonObject } from '../body/read-json.ts'
import { requestedAccount } from './requested-account.ts'

/** 201 once the broker has it; 202 while a code or an outcome is awaited. */
function statusOf(order: Order): 201 | 202 {
  return order.status === 'pending_approval' || order.status === 'unknown' || order.status === 'pending_new' ? 202 : 201
}

export const placeOrder: Route = {
  method: 'POST',
  path: '/order',
  right: 'trade',
  handle: async ({ request, principal, access, service, settings, instance }: Call) => {
    const body = await readJsonObject(request, settings.bodyLimit)
    const idempotencyKey = idempotencyKeyOf(request.headers, body)
    await access.requireAccount(requestedAccount(body))
    const replay = { seen: false }
    const options: PlaceOptions & { readonly onReplay: () => void } = {
      actor: principal.id, signal: request.signal, onReplay: () => { replay.seen = true },
    }
    // Core checks every field again; until then it is only said to be a request.
    const order = await service.placeOrder({ ...body, idempotencyKey } as unknown as OrderRequest, options)
    return answerVerdict(order, instance, replay.seen) ?? answerOrder(statusOf(order), order, {
      Location: `${settings.basePath}/order/${encodeURIComponent(order.id)}`,
      ...(replay.seen && { 'Idempotency-Replayed': 'true' }),
    })
  },
}
