import {
  type Approval, type Challenge, type DecisionRecord, type Denial, type Evaluation, type EventData, type Execution, ORDER_CLASSES, ORDER_TYPES, type OrderIntent, type OrderTerms,
  type Rejection, type ReplaceRequest, type Reservation, SIDES, TIMES_IN_FORCE,
} from '@sluice/core'
import { z } from 'zod'
import { describes, maybe } from './describes.ts'
import { count, decimal, json, text, time } from './values.ts'

export const denial: z.ZodType<Denial> = describes<Denial>('Denial')(z.strictObject({
  code: text.describe('Stable, for example POSITION_LIMIT_EXCEEDED'),
  message: text,
  guard: maybe(text.describe('Absent where the service itself refused')),
  limit: maybe(text),
  observed: maybe(text),
  own: maybe(text.describe('What of observed is the order\'s own, where it is a sum')),
  retryAfter: maybe(z.number().describe('Rate guards: ms until another order may pass')),
}))

export const rejection: z.ZodType<Rejection> = describes<Rejection>('Rejection')(z.strictObject({ code: text, message: text }))

export const challenge: z.ZodType<Challenge> = describes<Challenge>('Challenge')(z.strictObject({
  id: text, reasons: z.array(denial), digest: text.describe('What an approval is bound to'), expiresAt: time, method: text,
}))

export const approval: z.ZodType<Approval> = describes<Approval>('Approval')(z.strictObject({ challengeId: text, digest: text, actor: text, method: text }))

const decision: z.ZodType<DecisionRecord> = describes<DecisionRecord>('DecisionRecord')(z.strictObject({
  guard: text,
  verdict: z.enum(['allow', 'reject', 'challenge']),
  code: maybe(text),
  message: maybe(text),
  limit: maybe(text),
  observed: maybe(text),
  own: maybe(text),
  retryAfter: maybe(z.number()),
  warning: maybe(z.literal([70, 90]).describe('The share of the limit that was reached, in percent')),
}))

export const evaluation: z.ZodType<Evaluation> = describes<Evaluation>('Evaluation')(z.strictObject({
  decisions: z.array(decision),
  inputs: z.record(text, json).describe('Every value from outside that a guard read'),
  after: maybe(count),
  killEpoch: count,
  limits: count.describe('Version of the limits in force'),
}))

const terms: z.ZodType<OrderTerms> = describes<OrderTerms>('OrderTerms')(z.strictObject({
  account: text,
  strategy: maybe(text),
  symbol: text,
  side: z.enum(SIDES),
  type: z.enum(ORDER_TYPES),
  quantity: maybe(decimal),
  notional: maybe(decimal),
  limitPrice: maybe(decimal),
  stopPrice: maybe(decimal),
  trailAmount: maybe(decimal),
  trailPercent: maybe(decimal),
  timeInForce: z.enum(TIMES_IN_FORCE),
  expireAt: maybe(time),
  extendedHours: z.boolean(),
  orderClass: maybe(z.enum(ORDER_CLASSES)),
  takeProfit: maybe(z.strictObject({ limitPrice: decimal })),
  stopLoss: maybe(z.strictObject({ stopPrice: decimal, limitPrice: maybe(decimal) })),
}))

export const reservation: z.ZodType<Reservation> = describes<Reservation>('Reservation')(z.strictObject({
  quantity: decimal, price: decimal, multiplier: maybe(decimal.describe('Absent for 1')),
}).describe('The worst case an order may add'))

export const intent: z.ZodType<OrderIntent> = describes<OrderIntent>('OrderIntent')(z.strictObject({
  terms,
  digest: text,
  idempotencyKey: text,
  actor: text,
  broker: text,
  reservation,
  purpose: maybe(z.literal('flatten').describe('The kill switch closes a position with it')),
  source: maybe(z.literal('external').describe('It was not placed here: the broker shows it')),
  leg: maybe(z.strictObject({ parentOrderId: text, role: z.enum(['take_profit', 'stop_loss']) }).describe('An exit that the broker opened for an order of ours')),
}))

export const changes: z.ZodType<ReplaceRequest> = describes<ReplaceRequest>('ReplaceRequest')(z.strictObject({
  quantity: maybe(decimal.describe('The new total, fills included')),
  limitPrice: maybe(decimal),
  stopPrice: maybe(decimal),
  trailAmount: maybe(decimal),
  trailPercent: maybe(decimal),
  timeInForce: maybe(z.enum(TIMES_IN_FORCE)),
}))

export const execution: z.ZodType<Execution> = describes<Execution>('Execution')(z.strictObject({
  executionId: text.describe('FIX ExecID 17'),
  broker: text,
  brokerOrderId: text,
  symbol: text,
  side: z.enum(SIDES),
  lastQuantity: decimal.describe('FIX LastQty 32'),
  lastPrice: decimal.describe('FIX LastPx 31'),
  time: time.describe('The broker\'s time of the trade'),
  inferred: maybe(z.boolean().describe('Derived from a cumulative quantity: the execution itself was not seen')),
}))

type Holds = NonNullable<EventData['execution_busted']['holds']>
export const holds: z.ZodType<Holds> = describes<Holds>('Holding')(z.strictObject({ reservation, filledQuantity: decimal, parent: maybe(text) }))
