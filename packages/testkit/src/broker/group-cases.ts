import type { ApprovedOrder, BrokerOrder, BrokerUpdate, OrderClass, OrderTerms } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { TermsHint } from './broker-harness.ts'
import type { BrokerSession } from './broker-session.ts'

type Exits = Pick<OrderTerms, 'takeProfit' | 'stopLoss'>
type Role = NonNullable<BrokerOrder['leg']>['role']

/** Far from any market, for a long position. */
const FAR = { takeProfit: { limitPrice: '100000' }, stopLoss: { stopPrice: '0.5' } } as const

function expectDeclared(session: BrokerSession, orderClass: OrderClass): void {
  if (!session.adapter.capabilities.orderClasses.includes(orderClass)) notApplicable(`${orderClass} is not declared`)
}

/** The exits that were told of an order, by what they are for. */
function exitsOf(session: BrokerSession, brokerOrderId: string): ReadonlyMap<Role, BrokerOrder> {
  return new Map(session.updates.flatMap((update) => (update.kind === 'leg' && update.order.leg?.parentBrokerOrderId === brokerOrderId ? [[update.order.leg.role, update.order] as const] : [])))
}

/** Waits until exactly these exits were told, each an order of its own. */
async function toldExits(session: BrokerSession, order: ApprovedOrder, brokerOrderId: string, roles: readonly Role[]): Promise<readonly BrokerOrder[]> {
  await session.until(`the exits ${roles.join(' and ')} are delivered as \`leg\` updates`, () => exitsOf(session, brokerOrderId).size >= roles.length)
  const exits = exitsOf(session, brokerOrderId)
  expect([...exits.keys()].toSorted()).toEqual(roles)
  const told = [...exits.values()]
  expect(new Set([brokerOrderId, ...told.map((exit) => exit.brokerOrderId)]).size, 'every exit has a broker id of its own').toBe(told.length + 1)
  for (const exit of told) expect(exit).toMatchObject({ symbol: order.terms.symbol, side: 'sell', quantity: order.terms.quantity, filledQuantity: '0' })
  return told
}

function toldOf(session: BrokerSession, exit: BrokerOrder, kind: BrokerUpdate['kind']): boolean {
  return session.updates.some((update) => update.kind === kind && session.names(update, exit.clientOrderId ?? '', exit.brokerOrderId))
}

async function expectListed(session: BrokerSession, exits: readonly BrokerOrder[], status: readonly string[]): Promise<void> {
  const { openOrders } = await session.snapshot()
  if (openOrders.status === 'unavailable') return
  for (const { brokerOrderId, leg } of exits) {
    const listed = openOrders.value.find((open) => open.brokerOrderId === brokerOrderId)
    expect(listed, 'the exit is listed, with what it is the exit of').toMatchObject({ leg })
    expect(status).toContain(listed?.status)
  }
}

async function expectEnded(session: BrokerSession, exits: readonly BrokerOrder[]): Promise<void> {
  for (const exit of exits) await session.until(`the end of ${exit.brokerOrderId} is delivered`, () => toldOf(session, exit, 'canceled'))
  await session.settle()
  const { openOrders } = await session.snapshot()
  const open = openOrders.status === 'present' ? openOrders.value.map(({ brokerOrderId }) => brokerOrderId) : []
  for (const { brokerOrderId } of exits) expect(open).not.toContain(brokerOrderId)
}

async function cancelHeld(session: BrokerSession, orderClass: OrderClass, exits: Exits, roles: readonly Role[]): Promise<void> {
  const resting = session.harness.market?.resting?.('buy') ?? { type: 'limit', limitPrice: '1' }
  const order = session.order('buy', { ...resting, orderClass, ...exits })
  const brokerOrderId = await session.place(order)
  const told = await toldExits(session, order, brokerOrderId, roles)
  await session.settle()
  await expectListed(session, told, ['suspended'])
  expect(await session.cancel(order, brokerOrderId)).toEqual({ kind: 'accepted' })
  await session.found(order.clientOrderId, 'canceled', ({ status }) => status === 'canceled')
  await expectEnded(session, told)
}

/** Whole, at any price. */
async function trade(session: BrokerSession, order: { readonly clientOrderId: string; readonly brokerOrderId: string; readonly terms: OrderTerms }): Promise<void> {
  await session.drive(session.harness.market?.trade?.(order, order.terms.quantity ?? ''))
}

/** How an exit gets to trade: made to, or by a price at which it trades by itself. */
function profitAt(session: BrokerSession): string {
  const { market = {} } = session.harness
  if (market.trade !== undefined) return FAR.takeProfit.limitPrice
  return market.exitAt ?? notApplicable('the harness offers neither `market.trade` nor `market.exitAt`')
}

/** Orders that bring exits along, where the broker has them. */
export const groupCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B40',
    name: 'the exits of a bracket are told and listed as held, each with its own id and its entry\'s; they end with a cancel of the entry',
    run: async (session) => {
      expectDeclared(session, 'bracket')
      await session.connect()
      await cancelHeld(session, 'bracket', FAR, ['stop_loss', 'take_profit'])
    },
  },
  {
    id: 'B41',
    name: 'an OTO has the one exit that it asks for, whichever it is',
    run: async (session) => {
      expectDeclared(session, 'oto')
      await session.connect()
      await cancelHeld(session, 'oto', { stopLoss: FAR.stopLoss }, ['stop_loss'])
      await cancelHeld(session, 'oto', { takeProfit: FAR.takeProfit }, ['take_profit'])
    },
  },
  {
    id: 'B42',
    name: 'exits begin to work when their entry has filled, and the fill of one ends the other',
    run: async (session) => {
      expectDeclared(session, 'bracket')
      const { market = {} } = session.harness
      const takeProfit = { limitPrice: profitAt(session) }
      await session.connect()
      const entry: TermsHint = market.trade === undefined ? market.marketable?.('buy') ?? { type: 'market' } : market.resting?.('buy') ?? { type: 'limit', limitPrice: '1' }
      const order = session.order('buy', { ...entry, orderClass: 'bracket', takeProfit, stopLoss: FAR.stopLoss })
      const brokerOrderId = await session.place(order)
      const told = await toldExits(session, order, brokerOrderId, ['stop_loss', 'take_profit'])
      const [profit, loss] = (['take_profit', 'stop_loss'] as const).map((role) => told.find(({ leg }) => leg?.role === role) as BrokerOrder) as [BrokerOrder, BrokerOrder]
      if (market.trade !== undefined) await trade(session, { ...order, brokerOrderId })
      await session.found(order.clientOrderId, 'filled', ({ status }) => status === 'filled')
      for (const exit of told) {
        await session.until(`${exit.leg?.role ?? ''} is told to work, or to have ended`, () => toldOf(session, exit, 'resumed') || toldOf(session, exit, 'accepted') || toldOf(session, exit, 'canceled'))
      }
      if (market.trade !== undefined) {
        await session.settle()
        await expectListed(session, told, ['new'])
        await trade(session, { clientOrderId: profit.clientOrderId ?? '', brokerOrderId: profit.brokerOrderId, terms: order.terms })
      }
      await session.until('the fill of the exit is delivered under its own id', () => session.executionsOf(profit.brokerOrderId).length > 0)
      await expectEnded(session, [loss])
      expect(session.executionsOf(loss.brokerOrderId)).toEqual([])
    },
  },
  {
    id: 'B43',
    name: 'of an OCO the order is itself the one exit and its leg the other: the fill of the order ends the leg',
    run: async (session) => {
      expectDeclared(session, 'oco')
      const limitPrice = profitAt(session)
      await session.connect()
      await session.fill('buy')
      const order = session.order('sell', { type: 'limit', limitPrice, orderClass: 'oco', takeProfit: { limitPrice }, stopLoss: FAR.stopLoss })
      const brokerOrderId = await session.place(order)
      const [loss] = await toldExits(session, order, brokerOrderId, ['stop_loss'])
      if (session.harness.market?.trade !== undefined) {
        await session.settle()
        await expectListed(session, [loss as BrokerOrder], ['new'])
        await trade(session, { ...order, brokerOrderId })
      }
      await session.found(order.clientOrderId, 'filled', ({ status }) => status === 'filled')
      await expectEnded(session, [loss as BrokerOrder])
    },
  },
]
