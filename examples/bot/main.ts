// A bot in one file: a stream of signals goes through the guards to a broker, and every request comes back as a result.
//   node --conditions=@sluice/source examples/bot/main.ts --orders 20
import { parseArgs } from 'node:util'
import { createExecutionService, maxPosition, type OrderRequest, orderValue, placeOrders, simulatedBroker } from '@sluice/core'
import { concatMap, filter, firstValueFrom, interval, lastValueFrom, map, take, tap, toArray } from 'rxjs'

const { values } = parseArgs({ options: { orders: { type: 'string', default: '20' } } })
const orders = Number(values.orders)
if (!Number.isInteger(orders) || orders < 1) {
  console.error('--orders takes a whole number from 1')
  process.exit(1)
}

const service = await createExecutionService({
  broker: simulatedBroker({ prices: { AAPL: '187.50', MSFT: '428.10' } }),
  guards: [maxPosition({ quantity: '25' }), orderValue({ reject: '5000' })],
})

/** Stands in for what your strategy sees. Each signal has an id of its own, so that no retry can double its order. */
const signals$ = interval(25).pipe(
  take(orders),
  map((count): OrderRequest => ({
    symbol: count % 3 === 0 ? 'MSFT' : 'AAPL', side: count % 4 === 3 ? 'sell' : 'buy', type: 'market', quantity: String(3 + (count % 5) * 2),
    timeInForce: 'day', idempotencyKey: `signal-${count}`,
  })),
)

const results = await lastValueFrom(signals$.pipe(
  placeOrders(service),
  tap((result) => {
    const { side, quantity, symbol } = result.request
    const outcome = result.kind === 'error' ? result.error.message : result.order.status === 'denied' ? `denied: ${result.order.denial.message}` : result.order.status
    console.log(`${side} ${quantity ?? ''} ${symbol}: ${outcome}`)
  }),
  toArray(),
))

// A verdict does not wait for the fill. Now wait until nothing is open.
await firstValueFrom(interval(20).pipe(concatMap(() => service.listOrders({ open: true })), filter((open) => open.length === 0)))

const denied = results.filter((result) => result.kind === 'order' && result.order.status === 'denied').length
const failed = results.filter((result) => result.kind === 'error').length
const positions = (await service.positions()).map(({ symbol, quantity }) => `${quantity} ${symbol}`)
console.log(`${orders} signals: ${results.length - denied - failed} sent, ${denied} denied, ${failed} failed. Held: ${positions.join(', ') || 'nothing'}`)
await service.close()
