import { type Order, type OrderStatus, type OrderTerms, orderRequestSchema, replaceRequestSchema } from '@sluice/core'
import { z } from 'zod'
import { component, maybe } from '../registry.ts'
import { decimal, denial, text, time } from './values.ts'

type Statuses = [OrderStatus, ...OrderStatus[]]

export const ORDER_STATUSES: Statuses = [
  'pending_approval', 'pending_new', 'new', 'partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'denied',
  'rejected', 'expired', 'done_for_day', 'suspended', 'unknown',
]

export const orderRequest: typeof orderRequestSchema = component('OrderRequest', orderRequestSchema)
export const replaceRequest: typeof replaceRequestSchema = component('ReplaceRequest', replaceRequestSchema)

/** The members of an order's terms, as an order and a pre-flight show them. */
const terms = {
  account: text,
  strategy: maybe(text),
  symbol: text,
  side: z.enum(['buy', 'sell', 'sell_short']),
  type: z.enum(['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']),
  quantity: maybe(decimal),
  notional: maybe(decimal),
  limitPrice: maybe(decimal),
  stopPrice: maybe(decimal),
  trailAmount: maybe(decimal),
  trailPercent: maybe(decimal),
  timeInForce: z.enum(['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg', 'cls']),
  expireAt: maybe(time),
  extendedHours: z.boolean(),
  orderClass: maybe(z.enum(['bracket', 'oco', 'oto'])),
  takeProfit: maybe(z.object({ limitPrice: decimal })),
  stopLoss: maybe(z.object({ stopPrice: decimal, limitPrice: maybe(decimal) })),
}

export const orderTerms: z.ZodType<OrderTerms> = component('OrderTerms', z.object(terms))

const common = {
  ...terms,
  id: text,
  idempotencyKey: text,
  actor: text.describe('Who placed it'),
  source: maybe(z.literal('external').describe('It was not placed here: the broker shows it. It counts, and it can be cancelled')),
  clientOrderId: maybe(text.describe('The id the broker sees (FIX ClOrdID 11)')),
  brokerOrderId: maybe(text.describe('FIX OrderID 37')),
  broker: text,
  parentOrderId: maybe(text.describe('The order this one is an exit of; the broker opened it')),
  role: maybe(z.enum(['take_profit', 'stop_loss']).describe('Which exit')),
  filledQuantity: decimal.describe('FIX CumQty 14'),
  leavesQuantity: maybe(decimal.describe('FIX LeavesQty 151')),
  averagePrice: maybe(decimal.describe('FIX AvgPx 6')),
  version: z.int().min(0).describe('Grows with every event of the order; its ETag'),
  createdAt: time,
  updatedAt: time,
}

const challenge = component('Challenge', z.object({
  id: text, reasons: z.array(denial), digest: text.describe('What an approval is bound to'), expiresAt: time, method: text,
}))

const rejection = component('Rejection', z.object({ code: text, message: text }))

type LiveStatus = Exclude<OrderStatus, 'denied' | 'rejected' | 'pending_approval'>

const live = ORDER_STATUSES.filter((status): status is LiveStatus =>
  status !== 'denied' && status !== 'rejected' && status !== 'pending_approval')

/** An order, narrowed by its status. */
export const order: z.ZodType<Order> = component('Order', z.discriminatedUnion('status', [
  z.object({ ...common, status: z.literal('denied'), denial }),
  z.object({ ...common, status: z.literal('rejected'), rejection }),
  z.object({ ...common, status: z.literal('pending_approval'), challenge }),
  z.object({ ...common, status: z.enum(live as [LiveStatus, ...LiveStatus[]]) }),
]))
