import type { CancelResult } from '@sluice/core'
import { z } from 'zod'
import { answerJson } from '../answer/answer.ts'
import { refusalOf } from '../answer/error-problem.ts'
import { commandStatus } from '../answer/order-answer.ts'
import type { CancelAnswer } from '../answer/shapes.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { component, maybe } from '../openapi/registry.ts'
import { order } from '../openapi/schemas/order.ts'
import { problem } from '../openapi/schemas/problem.ts'
import { filterOf, filterShape } from './order-filter.ts'
import { queryOf } from './query.ts'
import { readableAccounts } from './readable-accounts.ts'

const query = z.strictObject(filterShape)

const answers: z.ZodType<CancelAnswer> = component('CancelAnswer', z.object({
  orderId: z.string(),
  status: z.int().describe('What its own DELETE would have been answered with'),
  order: maybe(order),
  problem: maybe(problem),
}))

function toAnswer(result: CancelResult, instance: () => string): CancelAnswer {
  const { orderId } = result
  if (result.kind === 'order') return { orderId, status: commandStatus(result.order), order: result.order }
  const refusal = refusalOf(result.error)
  return { orderId, status: refusal.problem.status, problem: { ...refusal.problem, instance: instance() } }
}

export const cancelOrders: PrivateRoute = {
  access: 'private',
  method: 'DELETE',
  path: '/orders',
  right: 'cancel',
  isUrgent: true,
  document: {
    operationId: 'cancelOrders',
    tag: 'orders',
    summary: 'Cancel every unfinished order that matches',
    description: 'Without a filter: all of your accounts. Each order has an answer of its own; one that fails stops no other. No rate and no kill switch is in the way.',
    query,
    answers: { 200: { description: 'What became of each', schema: z.array(answers) } },
    problems: [404, 422],
  },
  handle: async ({ request, principal, access, service, instance }: Call) => {
    const { account, ...names } = queryOf(request, query)
    const filter = filterOf(names)
    const accounts = await readableAccounts(account, principal, access)
    const results = await Promise.all(accounts.map(async (one) => {
      if (one !== undefined && account === undefined && !(await access.allows(one))) return []
      if (one !== undefined || access.everywhere) return service.cancelOrders(one === undefined ? filter : { ...filter, account: one }, { actor: principal.id })
      // Who may use all accounts but those that authorize hides: only what it could see is cancelled.
      const seen = [...new Set((await service.listOrders({ ...filter, open: true, limit: Number.POSITIVE_INFINITY })).map((found) => found.account))]
      const allowed = await Promise.all(seen.map(async (name) => ((await access.allows(name)) ? service.cancelOrders({ ...filter, account: name }, { actor: principal.id }) : [])))
      return allowed.flat()
    }))
    return answerJson(200, results.flat().map((result) => toAnswer(result, instance)))
  },
}
