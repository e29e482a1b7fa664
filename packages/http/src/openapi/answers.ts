import { z } from 'zod'
import type { DocumentedAnswer } from './route-document.ts'
import { order } from './schemas/order.ts'

const ORDER_HEADERS = ['ETag']

export const theOrder: DocumentedAnswer = { description: 'The order as it stands', schema: order, headers: ORDER_HEADERS }
export const openOutcome: DocumentedAnswer = { description: 'The order; its outcome is open: `pending_…` or `unknown`', schema: order, headers: ORDER_HEADERS }

/** One parameter of a query that names an account. */
export const accountParameter: z.ZodType<string | undefined> = z.string().min(1).max(64).optional().describe('One account; a foreign one is 404. Default: those you may use')
