// A router over two FIX brokers: shares go to one, their depositary receipts to the other, each on a session of its own that survives restarts.
//   node --conditions=@sluice/source examples/fix-router/main.ts --data ./fix-router
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type BrokerAdapter, createExecutionService, maxPosition, type OrderRequest, orderValue } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { fileFixStore, fixBroker } from '@sluice/adapter-fix'
import { type FixAcceptor, startFixAcceptor } from '@sluice/adapter-fix/testing'

const { values } = parseArgs({ options: { data: { type: 'string', default: './fix-router' } } })

// Stand-ins for the brokers' ends of the lines. Yours are hosts that the brokers named.
const run = Date.now().toString(36)
const prices = { AAPL: '187.50', MSFT: '428.10', NOK: '4.60' }
const acceptors: Readonly<Record<string, FixAcceptor>> = {
  shares: await startFixAcceptor({ version: '4.4', senderCompId: 'SHARES', prices, idPrefix: run }),
  receipts: await startFixAcceptor({ version: '4.2', senderCompId: 'RECEIPTS', prices, idPrefix: run }),
}

function lineTo(name: 'shares' | 'receipts', version: '4.2' | '4.4'): BrokerAdapter {
  const acceptor = acceptors[name] as FixAcceptor
  return fixBroker({
    environment: 'paper', version, senderCompId: 'DESK', targetCompId: name.toUpperCase(), addresses: [{ host: '127.0.0.1', port: acceptor.port }],
    store: fileFixStore({ path: join(values.data, `${name}.fix`) }), massStatus: version === '4.4',
    // These brokers begin at 1 whenever this program starts; with a real one you agree on that, or leave it out. With a source of positions,
    // `positions: () => …`, the books are compared as well.
    session: { resetOnLogon: true },
  })
}

const service = await createExecutionService({
  brokers: { shares: lineTo('shares', '4.4'), receipts: lineTo('receipts', '4.2') },
  // One broker account belongs to one account here.
  brokerAccounts: { shares: 'main', receipts: 'main' },
  route: ({ symbol }) => (symbol === 'NOK' ? 'receipts' : 'shares'),
  journal: sqliteJournal(join(values.data, 'orders.db')),
  guards: [maxPosition({ quantity: '1000' }), orderValue({ reject: '5000' })],
})

const orders: OrderRequest[] = [
  { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '190', timeInForce: 'day', idempotencyKey: `${run}-1` },
  { symbol: 'NOK', side: 'buy', type: 'limit', quantity: '200', limitPrice: '4.70', timeInForce: 'day', idempotencyKey: `${run}-2` },
  { symbol: 'MSFT', side: 'buy', type: 'limit', quantity: '2', limitPrice: '100', timeInForce: 'day', idempotencyKey: `${run}-3` },
]
for (const request of orders) {
  const order = await service.placeOrder(request)
  console.log(`${request.side} ${request.quantity ?? ''} ${request.symbol}: ${order.status} at ${order.broker}`)
}
const [resting] = await service.listOrders({ open: true })
if (resting !== undefined) console.log(`${resting.symbol}: ${(await service.cancelOrder(resting.id)).status} at ${resting.broker}`)
console.log(`Held: ${(await service.positions()).filter(({ quantity }) => quantity !== '0').map(({ quantity, symbol }) => `${quantity} ${symbol}`).join(', ') || 'nothing'}`)
await service.close()
for (const acceptor of Object.values(acceptors)) await acceptor.close()
