import { expect, it } from 'vitest'
import { toIso } from '../../src/runtime/clock.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { openDesk } from '../support/open-service.ts'
import { accepts, executionOf } from '../support/scripted-broker.ts'

const values = (equity: string, time: number) => ({ equity, cash: equity, buyingPower: equity, currency: 'USD', time: toIso(time) })

/** Ten bought at 100 in a session that began with an equity of 10 000; the market is at 99.9 to 100.1. */
async function openWithPosition() {
  const desk = await openDesk()
  desk.broker.standing.submit = accepts
  const say = async (equity: string): Promise<void> => {
    void desk.broker.deliver({ kind: 'account_values', values: values(equity, desk.clock.now()) })
    await desk.clock.advance(1100)
  }
  const anomalies = (): number => desk.events.filter((event) => event.type === 'anomaly_detected' && event.data.code === 'EQUITY_MISMATCH').length
  await say('10000')
  // The session begins anew with the equity known.
  await desk.clock.advance(86_400_000)
  await say('10000')
  const placed = desk.service.placeOrder(makeRequest({ quantity: '10', limitPrice: '101' }))
  await desk.settle()
  void desk.broker.deliver({ kind: 'fill', execution: executionOf(desk.lastSubmit().command, 'e1', '10') })
  await placed
  return { say, anomalies }
}

it('E3: equity that moves as our books do says nothing, within half a percent', async () => {
  const { say, anomalies } = await openWithPosition()
  for (const equity of ['9999', '10000', '10040', '9951']) await say(equity)
  expect(anomalies()).toBe(0)
})

it('E3: equity that does not fit twice in a row is announced, once for a session', async () => {
  const { say, anomalies } = await openWithPosition()
  await say('9900')
  expect(anomalies()).toBe(0)
  await say('9999')
  await say('9900')
  expect(anomalies()).toBe(0)
  await say('9899')
  expect(anomalies()).toBe(1)
  await say('9000')
  await say('8000')
  expect(anomalies()).toBe(1)
})
