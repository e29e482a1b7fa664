// Shows an adapter of your own in use: one order to a fictional venue, and how it is found after its answer got lost.
//   node --conditions=@sluice/source examples/custom-broker/main.ts
import { createExecutionService, maxPosition } from '@sluice/core'
import { filter, firstValueFrom } from 'rxjs'
import { acmeBroker } from './acme-broker.ts'
import { startAcmeVenue } from './acme-venue.ts'

const venue = await startAcmeVenue()
const service = await createExecutionService({ broker: acmeBroker({ url: venue.url }), guards: [maxPosition({ quantity: '100' })] })

for (const trouble of ['none', 'answer', 'request'] as const) {
  if (trouble !== 'none') venue.lose(trouble)
  const order = await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '101', timeInForce: 'day' })
  const known = order.status === 'unknown' ? await firstValueFrom(service.orders$.pipe(filter(({ id, status }) => id === order.id && status !== 'unknown'))) : order
  const why = known.status === 'denied' ? ` (${known.denial.code}: it never arrived, so nothing is held)` : ''
  console.log(`${trouble === 'none' ? 'Nothing lost' : `Lost ${trouble}`}: ${order.status === known.status ? '' : `${order.status}, then `}${known.status}${why}`)
}

console.log(`Held: ${(await service.positions()).map(({ quantity, symbol }) => `${quantity} ${symbol}`).join(', ')}`)
await service.close()
await venue.close()
