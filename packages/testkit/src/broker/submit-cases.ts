import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const OPEN = ['pending_new', 'new', 'partially_filled']

/** Expects that the broker has never heard of an order. */
async function expectNeverSent(session: BrokerSession, clientOrderId: string): Promise<void> {
  await session.settle()
  const answer = await session.lookup(clientOrderId)
  expect(answer.kind, 'the broker does not know the order').not.toBe('found')
  expect(session.updates.filter((update) => session.names(update, clientOrderId))).toEqual([])
}

/** Connecting, new orders, and the permit. */
export const submitCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B01',
    name: 'connect resolves with the stream of updates ready',
    run: async (session) => {
      await session.connect()
      const states = (): (string | undefined)[] => session.updates.flatMap((update) => (update.kind === 'connection' ? [update.state] : []))
      await session.until('a `ready` update is delivered', () => states().includes('ready'))
      expect(states().at(-1)).toBe('ready')
    },
  },
  {
    id: 'B02',
    name: 'an accepted order is found by its client order id, with the terms that were sent',
    run: async (session) => {
      await session.connect()
      const order = session.resting()
      const brokerOrderId = await session.place(order)
      const seen = await session.found(order.clientOrderId, 'open', ({ status }) => OPEN.includes(status))
      const { symbol, side, type, quantity, limitPrice, timeInForce } = order.terms
      expect(seen).toMatchObject({ clientOrderId: order.clientOrderId, brokerOrderId, symbol, side, type, quantity, timeInForce, filledQuantity: '0' })
      expect(seen.limitPrice).toBe(limitPrice)
    },
  },
  {
    id: 'B03',
    name: 'a client order id is never executed twice: the second order is `duplicate`',
    run: async (session) => {
      if (!session.adapter.capabilities.dedupesClientOrderId) notApplicable('dedupesClientOrderId is not declared')
      await session.connect()
      const twin = session.resting()
      const kinds = (await Promise.all([session.submit(twin), session.submit(twin)])).map(({ kind }) => kind)
      expect(kinds.toSorted()).toEqual(['accepted', 'duplicate'])
      const { order, brokerOrderId } = await session.fill('buy')
      expect(await session.submit(order)).toEqual({ kind: 'duplicate' })
      await session.settle()
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') {
        expect(openOrders.value.filter(({ clientOrderId }) => clientOrderId === twin.clientOrderId)).toHaveLength(1)
        expect(openOrders.value.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId)).toEqual([])
      }
      const traded = session.updates.filter((update) => update.kind === 'fill' && session.names(update, order.clientOrderId))
      expect(traded).toHaveLength(session.executionsOf(brokerOrderId).length)
    },
  },
  {
    id: 'B04',
    name: 'without a permit nothing is sent: the outcome is `not_sent` and the broker has never heard of the order',
    run: async (session) => {
      await session.connect()
      let asked = 0
      const order = session.resting('buy', () => { asked += 1; return false })
      expect(await session.submit(order)).toMatchObject({ kind: 'not_sent' })
      expect(asked, 'the permit is asked').toBeGreaterThan(0)
      await expectNeverSent(session, order.clientOrderId)
    },
  },
  {
    id: 'B05',
    name: 'a permit that ends before the write stops the order, at whatever moment it ends',
    run: async (session) => {
      await session.connect()
      for (const moment of [0, 1, 3, 10, 30, 100]) {
        let permitted = true
        let granted = false
        const order = session.resting('buy', () => { granted ||= permitted; return permitted })
        const pending = session.adapter.submit(order)
        if (moment > 0) await session.pass(moment)
        permitted = false
        const outcome = await session.drive(pending)
        if (outcome.kind === 'accepted') expect(granted, 'an order left without a permit').toBe(true)
        if (!granted) expect(outcome).toMatchObject({ kind: 'not_sent' })
        if (outcome.kind === 'not_sent') await expectNeverSent(session, order.clientOrderId)
      }
    },
  },
  {
    id: 'B06',
    name: 'the permit is asked in the tick of the write, not before a queue or a delay',
    run: async (session) => {
      const { written } = session.harness
      if (written === undefined) notApplicable('the harness does not offer `written`')
      await session.connect()
      const early: string[] = []
      for (const wait of [0, 0, 0, 25]) {
        if (wait > 0) await session.pass(wait)
        const order = session.resting('buy', () => {
          // Before any later microtask: what was not written by then was written after an await.
          queueMicrotask(() => { if (!written(order.clientOrderId)) early.push(order.clientOrderId) })
          return true
        })
        await session.place(order)
        expect(written(order.clientOrderId), '`written` sees an accepted order').toBe(true)
      }
      expect(early, 'orders whose permit was asked too early').toEqual([])
    },
  },
  {
    id: 'B07',
    name: 'a type or time in force that is not declared is never accepted',
    run: async (session) => {
      const { orderTypes, timesInForce } = session.adapter.capabilities
      const types = (['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const).filter((type) => !orderTypes.includes(type))
      const times = (['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg', 'cls'] as const).filter((time) => !timesInForce.includes(time))
      if (types.length + times.length === 0) notApplicable('every type and time in force is declared')
      await session.connect()
      const prices = { limitPrice: '1', stopPrice: '1' }
      const orders = [
        ...types.map((type) => session.order('buy', { type, ...(type === 'trailing_stop' ? { trailAmount: '1' } : prices) })),
        ...times.map((timeInForce) => session.order('buy', { type: 'limit', limitPrice: '1', timeInForce })),
      ]
      for (const order of orders) {
        const { kind } = await session.submit(order)
        expect(['refused', 'not_sent'], `${order.terms.type} ${order.terms.timeInForce} is ${kind}`).toContain(kind)
      }
    },
  },
  {
    id: 'B08',
    name: 'an order whose answer is lost is `ambiguous`, and the look-up finds it, once',
    run: async (session) => {
      const { fault } = session.harness
      if (fault?.loseAnswer === undefined) notApplicable('the harness does not offer `fault.loseAnswer`')
      await session.connect()
      await session.drive(fault.loseAnswer())
      const order = session.resting()
      const { kind } = await session.submit(order)
      expect(['ambiguous', 'accepted', 'duplicate'], `the outcome is ${kind}`).toContain(kind)
      await session.found(order.clientOrderId, 'open', ({ status }) => OPEN.includes(status))
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') {
        expect(openOrders.value.filter(({ clientOrderId }) => clientOrderId === order.clientOrderId)).toHaveLength(1)
      }
    },
  },
  {
    id: 'B09',
    name: 'an order that is lost on its way is never reported as taken or refused, and is not sent again',
    run: async (session) => {
      const { fault } = session.harness
      if (fault?.loseRequest === undefined) notApplicable('the harness does not offer `fault.loseRequest`')
      await session.connect()
      await session.drive(fault.loseRequest())
      const order = session.resting()
      const { kind } = await session.submit(order)
      expect(['ambiguous', 'not_sent'], `the outcome is ${kind}`).toContain(kind)
      await expectNeverSent(session, order.clientOrderId)
    },
  },
]
