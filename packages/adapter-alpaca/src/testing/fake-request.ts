import { isDecimal, parseDecimal, type Units } from '@sluice/core'
import type { FakeAsset } from './fake-asset.ts'
import type { FakeMultiLegTerms } from './fake-multi-leg.ts'
import type { FakeIntent, FakeOrderClass, FakeOrderType, FakeSide, FakeTerms } from './fake-order.ts'
import { badRequest, unprocessable } from './fake-refusal.ts'

export type WireBody = Readonly<Record<string, unknown>>

const TYPES: readonly string[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']
const TIMES: readonly string[] = ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok']
const CLASSES: readonly string[] = ['', 'simple', 'bracket', 'oco', 'oto']
const INTENTS: readonly string[] = ['buy_to_open', 'buy_to_close', 'sell_to_open', 'sell_to_close']

/** A number as the wire carries it: a string. Alpaca takes JSON numbers too; what we send never is one. */
export function amount(body: WireBody, key: string): Units | undefined {
  const value = body[key]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string' || !isDecimal(value)) throw badRequest(`${key} must be a decimal string`)
  return parseDecimal(value)
}

function positive(body: WireBody, key: string): Units | undefined {
  const value = amount(body, key)
  if (value !== undefined && value <= 0n) throw badRequest(`${key} must be > 0`)
  return value
}

function choice(body: WireBody, key: string, allowed: readonly string[], fallback?: string): string {
  const value = body[key] ?? fallback
  if (typeof value !== 'string' || !allowed.includes(value)) throw badRequest(`invalid ${key.replace('type', 'order type')}`)
  return value
}

const object = (value: unknown): WireBody | undefined => (typeof value === 'object' && value !== null ? value as WireBody : undefined)

function clientIdOf(body: WireBody, newId: () => string): string {
  const id = body['client_order_id'] ?? newId()
  if (typeof id !== 'string' || id.length > 128) throw badRequest('client_order_id must be no more than 128 characters')
  return id
}

function intentIn(body: WireBody): FakeIntent | undefined {
  return body['position_intent'] === undefined || body['position_intent'] === null ? undefined : choice(body, 'position_intent', INTENTS) as FakeIntent
}

/** Reads the body of a multi-leg order: form only. Its limit price may be negative. */
export function readMultiLeg(body: WireBody, newId: () => string): FakeMultiLegTerms {
  const legs = Array.isArray(body['legs']) ? body['legs'].map((leg) => object(leg) ?? {}) : []
  const limit = body['limit_price']
  const debit = typeof limit === 'string' && limit.startsWith('-') ? amount({ limit_price: limit.slice(1) }, 'limit_price') : amount(body, 'limit_price')
  return {
    clientOrderId: clientIdOf(body, newId), type: choice(body, 'type', TYPES), timeInForce: choice(body, 'time_in_force', TIMES), quantity: positive(body, 'qty'),
    limitPrice: debit !== undefined && typeof limit === 'string' && limit.startsWith('-') ? -debit : debit,
    legs: legs.map((leg) => {
      const intent = intentIn(leg)
      const { symbol } = leg
      return { symbol: typeof symbol === 'string' ? symbol : '', ratio: amount(leg, 'ratio_qty') ?? 0n, side: choice(leg, 'side', ['buy', 'sell'], intent?.split('_')[0]) as FakeSide, intent }
    }),
  }
}

/** Reads the body of a new order: form only, no rule of trading. */
export function readOrder(body: WireBody, assetOf: (symbol: string) => FakeAsset | undefined, newId: () => string): FakeTerms {
  const symbol = body['symbol']
  if (typeof symbol !== 'string' || symbol === '') throw badRequest('symbol is required')
  const asset = assetOf(symbol)
  if (asset === undefined) throw unprocessable(`asset "${symbol}" not found`)
  const clientOrderId = clientIdOf(body, newId)
  const [takeProfit, stopLoss] = [object(body['take_profit']), object(body['stop_loss'])]
  const [targetPrice, lossPrice] = [takeProfit && positive(takeProfit, 'limit_price'), stopLoss && positive(stopLoss, 'stop_price')]
  if (takeProfit !== undefined && targetPrice === undefined) throw unprocessable('take_profit.limit_price is required')
  if (stopLoss !== undefined && lossPrice === undefined) throw unprocessable('stop_loss.stop_price is required')
  const orderClass = choice(body, 'order_class', CLASSES, 'simple')
  return {
    clientOrderId, asset,
    side: choice(body, 'side', ['buy', 'sell']) as FakeSide,
    type: choice(body, 'type', TYPES) as FakeOrderType,
    timeInForce: choice(body, 'time_in_force', TIMES),
    orderClass: (orderClass === '' ? 'simple' : orderClass) as FakeOrderClass,
    extendedHours: body['extended_hours'] === true,
    quantity: positive(body, 'qty'), notional: positive(body, 'notional'),
    limitPrice: positive(body, 'limit_price'), stopPrice: positive(body, 'stop_price'),
    trailPrice: positive(body, 'trail_price'), trailPercent: positive(body, 'trail_percent'), intent: intentIn(body),
    takeProfit: targetPrice === undefined ? undefined : { limitPrice: targetPrice },
    stopLoss: lossPrice === undefined ? undefined : { stopPrice: lossPrice, limitPrice: stopLoss && positive(stopLoss, 'limit_price') },
  }
}
