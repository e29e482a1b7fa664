import type { BrokerOrder } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const isCanceled = ({ status }: BrokerOrder): boolean => status === 'canceled'

async function expectCanceled(session: BrokerSession, clientOrderId: string, brokerOrderId?: string): Promise<void> {
  await session.until('a `canceled` update is delivered', () => session.updates.some((update) => update.kind === 'canceled' && session.names(update, clientOrderId, brokerOrderId)))
  await session.found(clientOrderId, 'canceled', isCanceled)
}

/** Cancels and replaces. */
export const cancelCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B10',
    name: 'cancelling a working order ends it: a `canceled` update, the same in the look-up, and it is no longer open',
    run: async (session) => {
      await session.connect()
      const order = session.resting()
      const brokerOrderId = await session.place(order)
      expect(await session.cancel(order, brokerOrderId)).toEqual({ kind: 'accepted' })
      await expectCanceled(session, order.clientOrderId, brokerOrderId)
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') expect(openOrders.value.map((open) => open.brokerOrderId)).not.toContain(brokerOrderId)
    },
  },
  {
    id: 'B11',
    name: 'cancelling an order that the broker does not know is refused',
    run: async (session) => {
      await session.connect()
      const stranger = session.resting()
      expect(await session.cancel(stranger, 'no-such-order')).toMatchObject({ kind: 'refused' })
      await session.settle()
      expect(session.updates.filter(({ kind }) => kind === 'canceled')).toEqual([])
    },
  },
  {
    id: 'B12',
    name: 'cancelling a filled order is refused and leaves it filled',
    run: async (session) => {
      await session.connect()
      const { order, brokerOrderId } = await session.fill('buy')
      expect(await session.cancel(order, brokerOrderId)).toMatchObject({ kind: 'refused' })
      await session.settle()
      expect(await session.lookup(order.clientOrderId)).toMatchObject({ kind: 'found', order: { status: 'filled' } })
    },
  },
  {
    id: 'B13',
    name: 'an order can be cancelled by its client order id alone',
    run: async (session) => {
      if (!session.adapter.capabilities.cancelByClientOrderId) notApplicable('cancelByClientOrderId is not declared')
      await session.connect()
      const order = session.resting()
      await session.place(order)
      expect(await session.cancel(order, undefined)).toEqual({ kind: 'accepted' })
      await expectCanceled(session, order.clientOrderId)
    },
  },
  {
    id: 'B14',
    name: 'an accepted replace puts the new terms in force under the new client order id, and keeps one open order',
    run: async (session) => {
      if (!session.adapter.capabilities.replace) notApplicable('replace is not declared')
      await session.connect()
      const order = session.resting()
      const brokerOrderId = await session.place(order)
      const changes = session.harness.market?.replacement ?? { limitPrice: '2' }
      const { clientOrderId, outcome } = await session.replace(order, brokerOrderId, changes)
      expect(outcome).toMatchObject({ kind: 'accepted' })
      const now = await session.found(clientOrderId, 'open', ({ status }) => status === 'new')
      expect(now).toMatchObject({ clientOrderId, ...changes, filledQuantity: '0' })
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') expect(openOrders.value.map((open) => open.brokerOrderId)).toEqual([now.brokerOrderId])
      expect(await session.cancel({ ...order, clientOrderId }, now.brokerOrderId)).toEqual({ kind: 'accepted' })
      await expectCanceled(session, clientOrderId, now.brokerOrderId)
    },
  },
]

/** The one request that some brokers have for everything. */
export const cancelAllCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B31',
    name: 'a cancel of everything ends every open order, by one request',
    run: async (session) => {
      const { adapter } = session
      if (adapter.cancelAll === undefined) notApplicable('cancelAll is not there')
      await session.connect()
      const [first, second] = [session.resting(), session.resting('buy')]
      const ids = [await session.place(first), await session.place(second)]
      const outcome = await session.drive(adapter.cancelAll())
      expect(['answered', 'accepted']).toContain(outcome.kind)
      if (outcome.kind === 'answered') {
        for (const { outcome: answer } of outcome.answers.filter(({ brokerOrderId }) => ids.includes(brokerOrderId))) expect(answer).toEqual({ kind: 'accepted' })
      }
      await expectCanceled(session, first.clientOrderId, ids[0])
      await expectCanceled(session, second.clientOrderId, ids[1])
    },
  },
]
