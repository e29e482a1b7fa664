import { type BrokerExecution, formatDecimal, parseDecimal } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const OPEN = ['pending_new', 'new', 'partially_filled']

/** A filled order and the last of its executions. */
async function filledOrder(session: BrokerSession): Promise<{ readonly clientOrderId: string; readonly brokerOrderId: string; readonly execution: BrokerExecution }> {
  const { order, brokerOrderId } = await session.fill('buy')
  await session.until('its fill is delivered', () => session.executionsOf(brokerOrderId).length > 0)
  await session.settle()
  return { clientOrderId: order.clientOrderId, brokerOrderId, execution: session.executionsOf(brokerOrderId).at(-1) as BrokerExecution }
}

/** What the broker takes back, what others do on the account, and what is left after a restart. */
export const historyCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B44',
    name: 'a trade that is taken back is `busted` under the id of its fill, and counts nowhere any more',
    run: async (session) => {
      const { bust } = session.harness.market ?? {}
      if (bust === undefined) notApplicable('the harness does not offer `market.bust`')
      await session.connect()
      const { clientOrderId, brokerOrderId, execution } = await filledOrder(session)
      const total = session.executionsOf(brokerOrderId).reduce((sum, { lastQuantity }) => sum + parseDecimal(lastQuantity), 0n)
      await session.drive(bust(execution))
      await session.until('the bust is delivered', () => session.updates.some((update) => update.kind === 'busted'))
      expect(session.updates.filter(({ kind }) => kind === 'busted')).toMatchObject([{ executionId: execution.executionId }])
      const left = formatDecimal(total - parseDecimal(execution.lastQuantity))
      await session.found(clientOrderId, `filled by ${left}`, ({ filledQuantity }) => filledQuantity === left)
      const { executions } = await session.snapshot()
      if (executions.status === 'present') expect(executions.value.map(({ executionId }) => executionId)).not.toContain(execution.executionId)
    },
  },
  {
    id: 'B45',
    name: 'a trade that is corrected is `corrected` under the id of its fill, with the new price, and counts once',
    run: async (session) => {
      const { correct } = session.harness.market ?? {}
      if (correct === undefined) notApplicable('the harness does not offer `market.correct`')
      await session.connect()
      const { brokerOrderId, execution } = await filledOrder(session)
      const price = formatDecimal(parseDecimal(execution.lastPrice) * 2n)
      await session.drive(correct(execution, price))
      await session.until('the correction is delivered', () => session.updates.some((update) => update.kind === 'corrected'))
      const corrections = session.updates.filter((update) => update.kind === 'corrected')
      expect(corrections).toMatchObject([{ executionId: execution.executionId, execution: { brokerOrderId, lastQuantity: execution.lastQuantity, lastPrice: price } }])
      await session.settle()
      const { executions } = await session.snapshot()
      if (executions.status === 'unavailable') return
      const own = executions.value.filter((listed) => listed.brokerOrderId === brokerOrderId)
      expect(own).toHaveLength(session.executionsOf(brokerOrderId).length)
      expect(own.find(({ executionId }) => executionId === corrections[0]?.execution.executionId)).toMatchObject({ lastPrice: price })
    },
  },
  {
    id: 'B46',
    name: 'an order that somebody else placed on the account is listed, and can be cancelled by the broker\'s id',
    run: async (session) => {
      const { external } = session.harness.market ?? {}
      if (external === undefined) notApplicable('the harness does not offer `market.external`')
      await session.connect()
      const brokerOrderId = await session.drive(external())
      await session.settle()
      const { openOrders } = await session.snapshot()
      if (openOrders.status === 'unavailable') notApplicable(`open orders are unavailable: ${openOrders.reason}`)
      const listed = openOrders.value.find((order) => order.brokerOrderId === brokerOrderId)
      expect(listed, 'an order of others is listed').toMatchObject({ filledQuantity: '0' })
      const theirs = session.resting(listed?.side)
      expect(await session.cancel({ ...theirs, clientOrderId: listed?.clientOrderId ?? brokerOrderId }, brokerOrderId)).toEqual({ kind: 'accepted' })
      await session.until('the listing shows it no more', async () => {
        const now = (await session.snapshot()).openOrders
        return now.status === 'present' && !now.value.some((order) => order.brokerOrderId === brokerOrderId)
      })
    },
  },
  {
    id: 'B47',
    name: 'after a restart the orders of before are found under the same ids, what happened meanwhile shows, and what is open can be cancelled',
    run: async (session) => {
      const { market = {}, reopen } = session.harness
      if (reopen === undefined) notApplicable('the harness does not offer `reopen`')
      await session.connect()
      const { order: filled, brokerOrderId: filledId } = await session.fill('buy')
      await session.until('its fill is delivered', () => session.executionsOf(filledId).length > 0)
      const [open, meanwhile] = [session.resting(), session.resting()]
      const [openId, meanwhileId] = [await session.place(open), await session.place(meanwhile)]
      await session.settle()
      const before = session.executionsOf(filledId).map(({ executionId }) => executionId).toSorted()
      const told = session.updates.length
      await session.restart(reopen, async () => {
        await session.drive(market.trade?.({ clientOrderId: meanwhile.clientOrderId, brokerOrderId: meanwhileId, terms: meanwhile.terms }, meanwhile.terms.quantity ?? ''))
      })
      await session.found(filled.clientOrderId, 'filled, under its id', ({ status, brokerOrderId }) => status === 'filled' && brokerOrderId === filledId)
      await session.found(open.clientOrderId, 'open, under its id', ({ status, brokerOrderId }) => OPEN.includes(status) && brokerOrderId === openId)
      if (market.trade !== undefined) await session.found(meanwhile.clientOrderId, 'filled', ({ status }) => status === 'filled')
      const { executions, openOrders } = await session.snapshot()
      if (openOrders.status === 'present') expect(openOrders.value.map(({ brokerOrderId }) => brokerOrderId)).toContain(openId)
      if (executions.status === 'present') {
        expect(executions.value.filter(({ brokerOrderId }) => brokerOrderId === filledId).map(({ executionId }) => executionId).toSorted()).toEqual(before)
        if (market.trade !== undefined) expect(executions.value.some(({ brokerOrderId }) => brokerOrderId === meanwhileId)).toBe(true)
      } else if (market.trade !== undefined) await session.until('the trade of meanwhile is delivered', () => session.executionsOf(meanwhileId).length > 0)
      expect(await session.cancel(open, openId)).toEqual({ kind: 'accepted' })
      await session.until('its end is delivered', () => session.updates.slice(told).some((update) => update.kind === 'canceled' && session.names(update, open.clientOrderId, openId)))
    },
  },
]
