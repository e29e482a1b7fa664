import { type BrokerSnapshot, isDecimal } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const PARTS = ['openOrders', 'executions', 'positions', 'account'] as const satisfies readonly (keyof BrokerSnapshot)[]

/** Look-ups, snapshots, the order of updates, gaps and the end. */
export const streamCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B20',
    name: 'the look-up of an unknown id is `not_found`, with the time at which it was not there',
    run: async (session) => {
      await session.connect()
      const before = session.clock.now()
      const answer = await session.lookup(session.resting().clientOrderId)
      if (session.adapter.capabilities.absence === undefined && answer.kind === 'indeterminate') return
      expect(answer.kind).toBe('not_found')
      if (answer.kind !== 'not_found') return
      expect(Number.isFinite(answer.asOf)).toBe(true)
      if (session.harness.realTime === true) return
      expect(answer.asOf).toBeGreaterThanOrEqual(before)
      expect(answer.asOf).toBeLessThanOrEqual(session.clock.now())
    },
  },
  {
    id: 'B21',
    name: 'every part of a snapshot is present or unavailable with a reason, never missing, and its numbers are decimal strings',
    run: async (session) => {
      await session.connect()
      const open = session.resting()
      await session.place(open)
      await session.fill('buy')
      await session.settle()
      const snapshot = await session.snapshot()
      expect(Number.isFinite(snapshot.asOf)).toBe(true)
      for (const name of PARTS) {
        const part = snapshot[name]
        if (part.status === 'unavailable') expect(part.reason, name).not.toBe('')
        else expect(part, name).toMatchObject({ status: 'present', value: expect.anything() as unknown })
      }
      const { openOrders, positions, account } = snapshot
      const { capabilities } = session.adapter
      if (capabilities.positions) expect(positions.status, 'positions, which are declared').toBe('present')
      if (capabilities.executions) expect(snapshot.executions.status, 'executions, which are declared').toBe('present')
      if (openOrders.status === 'present') expect(openOrders.value.map(({ clientOrderId }) => clientOrderId)).toEqual([open.clientOrderId])
      const numbers = [
        ...(openOrders.status === 'present' ? openOrders.value.map(({ quantity = '', filledQuantity }) => [quantity, filledQuantity]) : []),
        ...(positions.status === 'present' ? positions.value.map(({ quantity, averagePrice }) => [quantity, averagePrice]) : []),
        ...(account.status === 'present' ? [[account.value.equity, account.value.cash, account.value.buyingPower]] : []),
      ].flat()
      for (const number of numbers) expect(isDecimal(number.replace(/^-/, '')), number).toBe(true)
    },
  },
  {
    id: 'B22',
    name: 'updates of an order come in the broker\'s order and none is lost, however slowly the service makes them durable',
    run: async (session) => {
      await session.connect()
      session.slowDown(session.harness.realTime === true ? 20 : 250)
      const orders = []
      for (let count = 0; count < 3; count += 1) orders.push(await session.fill('buy'))
      const canceled = session.resting()
      const canceledId = await session.place(canceled)
      await session.cancel(canceled, canceledId)
      const kindsOf = (clientOrderId: string, brokerOrderId: string): string[] =>
        session.updates.filter((update) => session.names(update, clientOrderId, brokerOrderId)).map(({ kind }) => kind)
      await session.until('the cancel is delivered', () => kindsOf(canceled.clientOrderId, canceledId).includes('canceled'))
      await session.settle()
      expect(kindsOf(canceled.clientOrderId, canceledId).at(-1)).toBe('canceled')
      for (const { order, brokerOrderId } of orders) {
        const kinds = kindsOf(order.clientOrderId, brokerOrderId)
        expect(kinds.at(-1)).toBe('fill')
        if (kinds.includes('accepted')) expect(kinds.indexOf('accepted')).toBeLessThan(kinds.indexOf('fill'))
        const answer = await session.lookup(order.clientOrderId)
        if (answer.kind === 'found' && answer.order.executions !== undefined) {
          expect(session.executionsOf(brokerOrderId).map(({ executionId }) => executionId)).toEqual(answer.order.executions.map(({ executionId }) => executionId))
        }
      }
    },
  },
  {
    id: 'B23',
    name: 'a cut stream is reported as `gap`, then `ready`, and what happened meanwhile is in the snapshot',
    run: async (session) => {
      const { fault } = session.harness
      if (fault?.disconnect === undefined) notApplicable('the harness does not offer `fault.disconnect`')
      await session.connect()
      await session.settle()
      const start = session.updates.length
      const states = (): string[] => session.updates.slice(start).flatMap((update) => (update.kind === 'connection' ? [update.state] : []))
      await session.drive(fault.disconnect())
      await session.until('`gap` is delivered', () => states().includes('gap'))
      await session.until('`ready` is delivered after it', () => states().lastIndexOf('ready') > states().indexOf('gap'))
      const order = session.resting()
      const brokerOrderId = await session.place(order)
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'present') expect(openOrders.value.map((open) => open.brokerOrderId)).toContain(brokerOrderId)
    },
  },
  {
    id: 'B24',
    name: 'after close nothing is delivered and no order is taken',
    run: async (session) => {
      await session.connect()
      const resting = session.resting()
      const brokerOrderId = await session.place(resting)
      await session.settle()
      const late = session.resting()
      const pending = session.adapter.submit(late).catch(() => ({ kind: 'ambiguous' as const }))
      await session.closeAdapter()
      const delivered = session.updates.length
      await session.drive(pending)
      const { trade } = session.harness.market ?? {}
      if (trade !== undefined) await session.drive(trade({ clientOrderId: resting.clientOrderId, brokerOrderId, terms: resting.terms }, resting.terms.quantity ?? ''))
      const afterwards = await session.drive(session.adapter.submit(session.resting()).catch(() => ({ kind: 'ambiguous' as const })))
      expect(afterwards.kind, 'an order after close').not.toBe('accepted')
      await session.settle()
      expect(session.updates.slice(delivered)).toEqual([])
    },
  },
]
