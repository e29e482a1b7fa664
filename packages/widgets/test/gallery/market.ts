import type { DecisionRecord, Order, Position } from '@sluice/core'
import { allowed, type FakeServer, problem } from '../fake-server.ts'

export const decisions: DecisionRecord[] = [
  allowed('kill-switch'), allowed('instrument-list'), allowed('price-collar', { limit: '5', observed: '0.21' }), allowed('order-value', { limit: '5000', observed: '1874.2' }),
  allowed('max-position', { limit: '100', observed: '92', warning: 90 }), allowed('daily-loss', { limit: '500', observed: '38.4' }), allowed('message-rate', { limit: '20', observed: '3' }),
]
export const refused: DecisionRecord = { guard: 'order-value', verdict: 'reject', code: 'ORDER_VALUE_EXCEEDED', message: 'The order is worth more than one order may be', limit: '5000', observed: '18742' }
export const asks: DecisionRecord = { guard: 'high-value-approval', verdict: 'challenge', code: 'APPROVAL_REQUIRED', message: 'Orders of this size need a code', limit: '1500', observed: '1874.2' }

const symbols = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'AMZN', 'META', 'GOOG', 'AMD', 'NFLX', 'SPY', 'QQQ', 'BTC/USD']
const prices = ['187.5', '421.08', '118.2', '248.42', '186.33', '561.2', '164.74', '139.06', '702.95', '585.11', '497.3', '96412.5']

/** Orders in every status, and some history below them. */
export function fillBook(server: FakeServer): void {
  for (let index = 0; index < 34; index += 1) {
    const type = (['limit', 'market', 'stop_limit', 'limit', 'trailing_stop'] as const)[index % 5]!
    const limitPrice = prices[index % 12]!
    const order = server.placed({
      symbol: symbols[index % 12]!, side: (['buy', 'sell', 'buy', 'sell_short'] as const)[index % 4]!, type, quantity: String(5 + ((index * 7) % 90)), strategy: index % 3 === 0 ? 'momentum' : 'drift',
      ...(type === 'stop_limit' && { stopPrice: limitPrice }), ...(type === 'trailing_stop' && { trailPercent: '1.5' }), ...(type === 'limit' || type === 'stop_limit' ? { limitPrice } : { limitPrice: undefined as never }),
    })
    const filled = { filledQuantity: order.quantity!, leavesQuantity: '0', averagePrice: limitPrice }
    const change = [
      { status: 'new' }, { status: 'filled', ...filled }, { status: 'partially_filled', filledQuantity: '3', leavesQuantity: String(Number(order.quantity) - 3), averagePrice: limitPrice }, { status: 'filled', ...filled }, { status: 'pending_cancel' },
      { status: 'canceled' }, { status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED', message: 'the position would pass its limit', limit: '100', observed: '122' } }, { status: 'unknown' },
      { status: 'rejected', rejection: { code: 'INSUFFICIENT', message: 'insufficient buying power' } }, { status: 'pending_approval', challenge: challengeUntil() }, { status: 'filled', ...filled }, { status: 'suspended' }, { status: 'expired' },
    ][index % 13]!
    server.change(order.id, change as never)
  }
}

export function challengeUntil(): object {
  return { id: 'c', reasons: [asks], digest: 'd', expiresAt: new Date(Date.now() + 55_000).toISOString(), method: 'totp' }
}

const positions: readonly Position[] = [
  { account: 'main', broker: 'paper', symbol: 'AAPL', quantity: '120', averagePrice: '184.2213', workingBuy: '10', workingSell: '0', mark: '187.48', unrealisedProfit: '391.04', realisedProfit: '120.5' },
  { account: 'main', broker: 'paper', symbol: 'NVDA', quantity: '-30', averagePrice: '121.4', workingBuy: '0', workingSell: '15', mark: '118.2', unrealisedProfit: '96', realisedProfit: '0' },
  { account: 'main', broker: 'paper', symbol: 'TSLA', quantity: '8', averagePrice: '260.1', workingBuy: '0', workingSell: '8', realisedProfit: '-44.2' },
  { account: 'main', broker: 'paper', symbol: 'BTC/USD', quantity: '0.125', averagePrice: '97120', workingBuy: '0', workingSell: '0', mark: '96412.5', unrealisedProfit: '-88.44', realisedProfit: '0' },
]

const limits: readonly object[] = [
  { name: 'max-position', options: {}, version: 1, prevents: 'One symbol that grows too large', uses: [
    { account: 'main', limit: 'quantity', symbol: 'AAPL', maximum: '150', used: '130', warning: 70 }, { account: 'main', limit: 'quantity', symbol: 'NVDA', maximum: '150', used: '-45' }] },
  { name: 'daily-loss', options: {}, version: 1, uses: [{ account: 'main', limit: 'loss', maximum: '500', used: '462.1', warning: 90 }] },
  { name: 'gross-exposure', options: {}, version: 1, uses: [{ account: 'main', limit: 'reject', maximum: '100000', used: '38112.4' }] },
  { name: 'daily-notional', options: {}, version: 1, uses: [{ account: 'main', limit: 'reject', maximum: '250000', used: '12044' }] },
  { name: 'buying-power', options: {}, version: 1, uses: [], missing: { main: 'The broker has not said what the account is worth' } },
]

const json = (value: unknown): Response => new Response(JSON.stringify(value), { headers: { 'Content-Type': 'application/json' } })

/** What happened to one order, as its own page tells: its fills are those that the order has. */
function historyOf(order: Order | undefined): readonly object[] {
  const orderId = order?.id
  const execution = { broker: 'paper', brokerOrderId: 'b', symbol: order?.symbol, side: order?.side, lastPrice: order?.averagePrice }
  const parts = order?.averagePrice === undefined ? [] : order.filledQuantity === '3' ? ['2', '1'] : [order.filledQuantity]
  return [
    { type: 'order_pending_new', data: { orderId, evaluation: { decisions } } },
    ...parts.map((lastQuantity, index) => ({ type: 'order_partially_filled', data: { orderId, execution: { ...execution, executionId: `E-774${index + 1}`, lastQuantity, time: `2026-11-23T14:30:0${4 + index}.112Z` } } })),
  ]
}

/** Answers that the fake server of the tests does not have. */
export function more(server: FakeServer): void {
  server.decisions = decisions
  server.positions = [...positions]
  server.intercept = ({ path }) => {
    if (path === '/guards') return json(limits)
    const [, id] = /^\/order\/([^/]+)\/events$/.exec(path) ?? []
    return id === undefined ? undefined : json(historyOf(server.orders.get(id)))
  }
}

export const never = (path: string) => (server: FakeServer): void => {
  const before = server.intercept
  server.intercept = (request) => (request.path === path ? new Promise<undefined>(() => undefined) : before(request))
}

export const answers = (path: string, reply: () => Response | 'lost' | 'lost_after_recording') => (server: FakeServer): void => {
  const before = server.intercept
  server.intercept = (request) => (request.path === path && (request.method === 'POST' || path !== '/order') ? reply() : before(request))
}

export const denied = (server: FakeServer): void => {
  server.intercept = () => problem(403, 'FORBIDDEN', 'no')
}
