import { z } from 'zod'
import { answerJson } from '../answer/answer.ts'
import { orderNotFound } from '../answer/refusal.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { storedEvent } from '../openapi/schemas/event.ts'

export const getOrderEvents: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/order/:id/events',
  right: 'read',
  document: {
    operationId: 'getOrderEvents',
    tag: 'orders',
    summary: 'Everything that became of an order, in order',
    description: 'Every decision with each value its guards read, every answer of the broker, every fill.',
    answers: { 200: { description: 'Its durable events', schema: z.array(storedEvent) } },
    problems: [404],
  },
  handle: async ({ orderId, access, service }: Call) => {
    await access.requireOrder(await service.getOrderStatus(orderId))
    const events = await service.orderEvents(orderId)
    if (events === undefined) throw orderNotFound()
    return answerJson(200, events)
  },
}
