import type { BrokerUpdate } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const OPEN = ['pending_new', 'new', 'partially_filled']

function toldOf(session: BrokerSession, clientOrderId: string, kinds: readonly BrokerUpdate['kind'][]): boolean {
  return session.updates.some((update) => kinds.includes(update.kind) && session.names(update, clientOrderId))
}

/** Expects that an order was refused and never was more. */
async function expectRefused(session: BrokerSession, clientOrderId: string): Promise<void> {
  await session.settle()
  const answer = await session.lookup(clientOrderId)
  if (answer.kind === 'found') expect(answer.order.status, 'a refused order').toBe('rejected')
  expect(toldOf(session, clientOrderId, ['accepted', 'fill']), 'a refused order was told as taken').toBe(false)
}

/** Refusals, answers that come when nobody waits for them, and changes of what has ended or traded. */
export const lateCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B32',
    name: 'an order that the broker refuses is `refused`, with a code and a reason, and never told as taken',
    run: async (session) => {
      const { market = {} } = session.harness
      if (market.refused === undefined) notApplicable('the harness does not offer `market.refused`')
      await session.connect()
      const order = session.order('buy', market.refused('buy'))
      const outcome = await session.submit(order)
      expect(outcome).toMatchObject({ kind: 'refused', code: expect.stringMatching(/./) as unknown, message: expect.stringMatching(/./) as unknown })
      await expectRefused(session, order.clientOrderId)
    },
  },
  {
    id: 'B33',
    name: 'an acceptance that comes after nobody waits for it any more is told all the same, and is the only order',
    run: async (session) => {
      const { fault } = session.harness
      if (fault?.lateAnswer === undefined) notApplicable('the harness does not offer `fault.lateAnswer`')
      await session.connect()
      await session.drive(fault.lateAnswer())
      const order = session.resting()
      const { clientOrderId } = order
      const outcome = await session.submit(order)
      expect(['ambiguous', 'accepted'], `the outcome is ${outcome.kind}`).toContain(outcome.kind)
      if (outcome.kind !== 'accepted') await session.until('the late acceptance is delivered as an update', () => toldOf(session, clientOrderId, ['accepted']))
      const { brokerOrderId } = await session.found(clientOrderId, 'open', ({ status }) => OPEN.includes(status))
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') expect(openOrders.value.filter((open) => open.clientOrderId === clientOrderId)).toHaveLength(1)
      expect(await session.cancel(order, brokerOrderId)).toEqual({ kind: 'accepted' })
      await session.found(clientOrderId, 'canceled', ({ status }) => status === 'canceled')
    },
  },
  {
    id: 'B34',
    name: 'a refusal that comes after nobody waits for it any more never becomes an order',
    run: async (session) => {
      const { fault, market = {} } = session.harness
      if (fault?.lateAnswer === undefined) notApplicable('the harness does not offer `fault.lateAnswer`')
      if (market.refused === undefined) notApplicable('the harness does not offer `market.refused`')
      await session.connect()
      await session.drive(fault.lateAnswer())
      const order = session.order('buy', market.refused('buy'))
      const { clientOrderId } = order
      const outcome = await session.submit(order)
      expect(['ambiguous', 'refused'], `the outcome is ${outcome.kind}`).toContain(outcome.kind)
      await session.until('the refusal is told, or a look-up shows that there is no order', async () => {
        if (outcome.kind === 'refused' || toldOf(session, clientOrderId, ['rejected'])) return true
        const answer = await session.lookup(clientOrderId)
        return answer.kind === 'not_found' || (answer.kind === 'found' && answer.order.status === 'rejected')
      })
      await expectRefused(session, clientOrderId)
    },
  },
  {
    id: 'B35',
    name: 'an order whose answer was lost can be cancelled at once: by its client order id where that is declared, else by what the look-up shows',
    run: async (session) => {
      const { fault } = session.harness
      if (fault?.loseAnswer === undefined) notApplicable('the harness does not offer `fault.loseAnswer`')
      await session.connect()
      await session.drive(fault.loseAnswer())
      const order = session.resting()
      await session.submit(order)
      const byClientId = session.adapter.capabilities.cancelByClientOrderId
      const known = byClientId ? undefined : (await session.found(order.clientOrderId, 'open', ({ status }) => OPEN.includes(status))).brokerOrderId
      expect(await session.cancel(order, known)).toEqual({ kind: 'accepted' })
      await session.until('a `canceled` update is delivered', () => toldOf(session, order.clientOrderId, ['canceled']))
      await session.found(order.clientOrderId, 'canceled', ({ status }) => status === 'canceled')
    },
  },
  {
    id: 'B36',
    name: 'a replace of an order that has ended is refused and leaves it ended',
    run: async (session) => {
      if (!session.adapter.capabilities.replace) notApplicable('replace is not declared')
      await session.connect()
      const order = session.resting()
      const brokerOrderId = await session.place(order)
      await session.cancel(order, brokerOrderId)
      await session.found(order.clientOrderId, 'canceled', ({ status }) => status === 'canceled')
      const { clientOrderId, outcome } = await session.replace(order, brokerOrderId, session.harness.market?.replacement ?? { limitPrice: '2' })
      expect(outcome).toMatchObject({ kind: 'refused' })
      await session.settle()
      expect(toldOf(session, clientOrderId, ['accepted', 'replaced', 'fill'])).toBe(false)
      await session.found(order.clientOrderId, 'canceled', ({ status }) => status === 'canceled')
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') expect(openOrders.value).toEqual([])
    },
  },
]
