import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const OPEN = ['pending_new', 'new', 'partially_filled']
const BURST = 8

/** Permits that end in the middle of things, answers that are lost, queries that fail: what may be said then. */
export const evidenceCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B25',
    name: 'a replace without a permit changes nothing: `not_sent`, and the order keeps its terms',
    run: async (session) => {
      if (!session.adapter.capabilities.replace) notApplicable('replace is not declared')
      await session.connect()
      const order = session.resting()
      const brokerOrderId = await session.place(order)
      let asked = 0
      const { outcome, clientOrderId } = await session.replace(order, brokerOrderId, session.harness.market?.replacement ?? { limitPrice: '2' }, () => { asked += 1; return false })
      expect(outcome).toMatchObject({ kind: 'not_sent' })
      expect(asked, 'the permit is asked').toBeGreaterThan(0)
      await session.settle()
      const { limitPrice, quantity } = order.terms
      const now = await session.found(order.clientOrderId, 'open', ({ status }) => OPEN.includes(status))
      expect(now).toMatchObject({ clientOrderId: order.clientOrderId, quantity, limitPrice })
      expect((await session.lookup(clientOrderId)).kind).not.toBe('found')
    },
  },
  {
    id: 'B26',
    name: 'of a burst that is withdrawn half-way, exactly the orders whose permit was given are sent',
    run: async (session) => {
      await session.connect()
      const granted = new Set<string>()
      const orders = Array.from({ length: BURST }, () => {
        const order = session.resting('buy', () => {
          if (granted.size >= BURST / 2 && !granted.has(order.clientOrderId)) return false
          granted.add(order.clientOrderId)
          return true
        })
        return order
      })
      const outcomes = await Promise.all(orders.map((order) => session.submit(order)))
      await session.settle()
      for (const [index, { clientOrderId }] of orders.entries()) {
        const wasGranted = granted.has(clientOrderId)
        expect(outcomes[index]?.kind, wasGranted ? 'an order with its permit' : 'a withdrawn order').toBe(wasGranted ? 'accepted' : 'not_sent')
        if (!wasGranted) expect((await session.lookup(clientOrderId)).kind, 'the broker does not know a withdrawn order').not.toBe('found')
      }
      expect(granted.size, 'permits given').toBe(BURST / 2)
    },
  },
  {
    id: 'B27',
    name: 'an order whose answer was lost still tells its trades, with ids that lead to it',
    run: async (session) => {
      const { fault, market = {} } = session.harness
      if (fault?.loseAnswer === undefined) notApplicable('the harness does not offer `fault.loseAnswer`')
      const { trade } = market
      await session.connect()
      await session.drive(fault.loseAnswer())
      const order = trade === undefined ? session.order('buy', market.marketable?.('buy') ?? { type: 'market' }) : session.resting()
      await session.submit(order)
      const { clientOrderId, terms } = order
      const { brokerOrderId } = await session.found(clientOrderId, 'at the broker', () => true)
      if (trade !== undefined) await session.drive(trade({ clientOrderId, brokerOrderId, terms }, terms.quantity ?? ''))
      await session.until('its fill is delivered', () => session.executionsOf(brokerOrderId).length > 0)
      await session.found(clientOrderId, 'filled', ({ status }) => status === 'filled')
    },
  },
  {
    id: 'B28',
    name: 'an order that never arrived is `not_found` once the declared lag has passed, at a time that counts',
    run: async (session) => {
      const { fault } = session.harness
      const { absence } = session.adapter.capabilities
      if (absence === undefined) notApplicable('absence is not declared')
      if (fault?.loseRequest === undefined) notApplicable('the harness does not offer `fault.loseRequest`')
      await session.connect()
      await session.drive(fault.loseRequest())
      const order = session.resting()
      await session.submit(order)
      const landed = session.clock.now()
      // A real lag would be waited for in real time: there it is enough that "not found" is said at all.
      if (session.harness.realTime !== true) await session.pass(absence.visibilityLag + 1)
      await session.until('the look-up proves that the order is not there', async () => {
        const answer = await session.lookup(order.clientOrderId)
        expect(answer.kind, 'it was never there').not.toBe('found')
        return answer.kind === 'not_found' && (session.harness.realTime === true || answer.asOf >= landed + absence.visibilityLag)
      })
    },
  },
  {
    id: 'B29',
    name: 'while the broker does not answer, a look-up is `indeterminate` and no part of a snapshot is empty',
    run: async (session) => {
      const { fault } = session.harness
      if (fault?.failQueries === undefined) notApplicable('the harness does not offer `fault.failQueries`')
      await session.connect()
      const order = session.resting()
      await session.place(order)
      await session.settle()
      await session.drive(fault.failQueries(true))
      const failed = await session.lookup(order.clientOrderId)
      // A broker whose stream tells everything may still know the order; it must not be said to be absent.
      expect(failed.kind, 'a failed query').not.toBe('not_found')
      expect((await session.lookup(session.resting().clientOrderId)).kind, 'of an id that was never used').toBe('indeterminate')
      const snapshot = await session.snapshot().catch(() => undefined)
      for (const part of snapshot === undefined ? [] : [snapshot.openOrders, snapshot.executions, snapshot.positions, snapshot.account]) {
        if (part.status === 'unavailable') expect(part.reason).not.toBe('')
        else if (part === snapshot?.openOrders) expect(snapshot.openOrders.status === 'present' && snapshot.openOrders.value).toHaveLength(1)
      }
      await session.drive(fault.failQueries(false))
      await session.found(order.clientOrderId, 'open', ({ status }) => OPEN.includes(status))
    },
  },
  {
    id: 'B30',
    name: 'asked twice, quiet books say the same: the same orders, executions and ids',
    run: async (session) => {
      await session.connect()
      await session.place(session.resting())
      await session.fill('buy')
      await session.settle()
      const said = async (): Promise<unknown> => {
        const { openOrders, executions, positions } = await session.snapshot()
        return {
          openOrders: openOrders.status === 'present' ? openOrders.value.map(({ brokerOrderId, status }) => `${brokerOrderId} ${status}`).toSorted() : openOrders.status,
          executions: executions.status === 'present' ? executions.value.map(({ executionId, lastQuantity }) => `${executionId} ${lastQuantity}`).toSorted() : executions.status,
          positions: positions.status === 'present' ? positions.value.map(({ symbol, quantity }) => `${symbol} ${quantity}`).toSorted() : positions.status,
        }
      }
      const first = await said()
      await session.settle()
      expect(await said()).toEqual(first)
    },
  },
]
