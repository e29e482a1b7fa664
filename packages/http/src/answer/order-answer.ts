import type { Order } from '@sluice/core'
import { type Answer, type AnswerHeaders, answerJson, answerProblem } from './answer.ts'
import { isRateDenial } from './error-problem.ts'
import { createProblem } from './problem.ts'
import { retryAfter } from './refusal.ts'

/** The entity tag of an order: its version. */
export function entityTagOf(order: Order): string {
  return `"v${order.version}"`
}

/** The order as it stands. */
export function answerOrder(status: number, order: Order, headers: AnswerHeaders = {}): Answer {
  return answerJson(status, order, { ETag: entityTagOf(order), ...headers })
}

/** The status of a command on an order: 202 while its outcome is open. */
export function commandStatus(order: Order): 200 | 202 {
  switch (order.status) {
    case 'pending_approval':
    case 'pending_new':
    case 'pending_cancel':
    case 'pending_replace':
    case 'unknown':
      return 202
    default:
      return 200
  }
}

/** 422 with the order inside, or undefined when the order was neither denied nor rejected. */
export function answerVerdict(order: Order, instance: () => string, replayed: boolean): Answer | undefined {
  const headers = { ETag: entityTagOf(order), ...(replayed && { 'Idempotency-Replayed': 'true' }) }
  if (order.status === 'rejected') {
    const { code, message } = order.rejection
    const problem = createProblem(422, code, message, { instance: instance(), title: 'The broker rejected the order', orderId: order.id, order })
    return answerProblem({ ...problem, type: 'urn:sluice:problem:order-rejected' }, headers)
  }
  if (order.status !== 'denied') return undefined
  const { denial } = order
  const { guard, limit, observed } = denial
  // The denial used up the key, so a replay can never pass: only the first answer says when another order may.
  const limited = isRateDenial(denial) && !replayed
  const problem = createProblem(limited ? 429 : 422, denial.code, denial.message, {
    instance: instance(), orderId: order.id, retryable: denial.code === 'NOT_SENT',
    ...(guard !== undefined && { guard }), ...(limit !== undefined && { limit }), ...(observed !== undefined && { observed }),
    order,
  })
  return answerProblem(problem, limited ? { ...headers, ...retryAfter(denial.retryAfter ?? 1000) } : headers)
}
