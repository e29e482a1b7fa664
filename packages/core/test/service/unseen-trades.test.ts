import { expect, it } from 'vitest'
import { openDesk } from '../support/open-service.ts'

const quiet = { status: 'unavailable', reason: 'not now' } as const

/** An order whose answer was lost, and a broker that shows a position and nothing that explains it. */
async function withPosition(quantity: string): Promise<{ readonly engaged: readonly string[]; readonly anomalies: readonly string[] }> {
  const desk = await openDesk()
  const { service, broker, clock } = desk
  await desk.place({ side: 'buy', quantity: '10' })
  desk.lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
  await desk.settle()
  broker.standing.snapshot = () => broker.snapshotOf({ openOrders: quiet, executions: quiet, positions: { status: 'present', value: [{ symbol: 'AAPL', quantity, averagePrice: '100' }] } })
  await broker.deliver({ kind: 'connection', state: 'gap' })
  await broker.deliver({ kind: 'connection', state: 'ready' })
  await clock.advance(5000)
  return {
    engaged: service.killSwitch.status().engaged.map(({ level, trigger }) => `${level} ${trigger ?? ''}`),
    anomalies: desk.events.flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.code] : [])),
  }
}

it.each(['10', '4'])('D4: a position of %s that an order of unknown outcome may have bought is no mismatch: its look-up tells', async (quantity) => {
  expect(await withPosition(quantity)).toEqual({ engaged: [], anomalies: [] })
})

it.each(['11', '-1'])('D4: a position of %s that the unknown order cannot have made is a mismatch', async (quantity) => {
  expect(await withPosition(quantity)).toEqual({ engaged: ['reduce_only POSITION_MISMATCH'], anomalies: ['POSITION_MISMATCH'] })
})
