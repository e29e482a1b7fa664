// From the call of placeOrder to the adapter's write, one order at a time on a memory journal (DESIGN §9).
import { createExecutionService, dailyLoss, maxPosition, memoryJournal, messageRate, orderValue } from '@sluice/core'
import { atMost, type BenchResult, machineRow, percentile } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const WARM_UP = 20_000
const ORDERS = 50_000

export async function run(): Promise<BenchResult[]> {
  let writtenAt = 0
  const service = await createExecutionService({
    broker: nullBroker(() => { writtenAt = performance.now() }),
    journal: memoryJournal(),
    guards: [
      maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }),
      messageRate({ perSecond: 10_000_000 }),
    ],
    quoteMaximumAge: 3_600_000,
  })
  const toWrite = new Float64Array(ORDERS)
  const toVerdict = new Float64Array(ORDERS)
  for (let index = -WARM_UP; index < ORDERS; index += 1) {
    const start = performance.now()
    const order = await service.placeOrder({
      symbol: 'AAPL', side: index % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: `k${index}`,
    })
    const end = performance.now()
    if (order.status !== 'new') throw new Error(`the bench measures accepted orders, this one is ${order.status}`)
    if (index < 0) continue
    toWrite[index] = (writtenAt - start) * 1000
    toVerdict[index] = (end - start) * 1000
  }
  await service.close()
  return [
    atMost('placeOrder to write, p50', percentile(toWrite, 0.5), 25, 'us'),
    atMost('placeOrder to write, p99', percentile(toWrite, 0.99), 100, 'us'),
    machineRow(toWrite, 0.99, 'p99'),
    { name: 'placeOrder to verdict, p50', value: Number(percentile(toVerdict, 0.5).toPrecision(4)), unit: 'us', target: 'shown', ok: true },
  ]
}
