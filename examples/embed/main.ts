// Sluice inside a program: the service with a durable journal, orders by call and by stream, and its API mounted in node:http.
//   node --conditions=@sluice/source examples/embed/main.ts
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createExecutionService, dailyLoss, highValueApproval, maxPosition, type OrderRequest, orderValue, placeOrders, simulatedBroker } from '@sluice/core'
import { sqliteJournal, sqliteStore } from '@sluice/core/sqlite'
import { totp } from '@sluice/core/totp'
import { createExecutionApi, type Principal, toNodeHandler } from '@sluice/http'
import { from, lastValueFrom, tap } from 'rxjs'

const log = console.log
const signal = { id: 'signal-1' }
const secretOf = (actor: string): string | undefined => (actor === 'alice' ? process.env['ALICE_TOTP_SECRET'] : undefined)

const service = await createExecutionService({                       // resolves: journal replayed, broker reconciled
  // A real one takes this line instead: `broker: alpacaBroker({ environment: 'paper', keyId, secretKey })`.
  broker: simulatedBroker({ store: sqliteStore('./data/broker.db'), prices: { AAPL: '187.50' } }),
  journal: sqliteJournal('./data/orders.db'),
  guards: [
    maxPosition({ quantity: '100' }),
    orderValue({ reject: '5000' }),
    dailyLoss({ loss: '500', roll: '18:00', zone: 'America/New_York' }),
    highValueApproval({ above: '2500', approvals: totp({ secretOf }) }),
  ],
})

const order = await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.50',
  timeInForce: 'day', idempotencyKey: signal.id })
if (order.status === 'denied') log(order.denial.code, order.denial.limit, order.denial.observed)   // returned, narrowed by status
else log(`order ${order.id} is ${order.status}`)

const signals$ = from<OrderRequest[]>([
  { symbol: 'AAPL', side: 'sell', type: 'market', quantity: '5', timeInForce: 'day', idempotencyKey: 'signal-2' },
  { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '500', timeInForce: 'day', idempotencyKey: 'signal-3' },
  { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1e3', timeInForce: 'day', idempotencyKey: 'signal-4' },
])
await lastValueFrom(signals$.pipe(placeOrders(service), tap((result) => {
  // { kind: 'order' | 'error', request, … }; the stream never dies
  if (result.kind === 'error') log(`${result.request.idempotencyKey ?? ''}: ${result.error.code}`)
  else log(`${result.order.idempotencyKey}: ${result.order.status}`)
})))

const principalOf = (incoming: IncomingMessage | undefined): Principal | null =>
  incoming?.headers.authorization === 'Bearer a-secret-of-yours' ? { id: 'alice', accounts: ['main'] } : null
const api = createExecutionApi({ service, authenticate: (_request, { incoming }) => principalOf(incoming) })    // Principal | null
export const GET = api.fetch, POST = api.fetch, PATCH = api.fetch, DELETE = api.fetch      // Next.js: [...path]/route.ts

const server = createServer(toNodeHandler(api)).listen(0, '127.0.0.1')                     // Express: app.use(toNodeHandler(api))
await once(server, 'listening')
const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/execution/order/${order.id}`, {
  headers: { Authorization: 'Bearer a-secret-of-yours' },
})
log(`over HTTP: ${answer.status}, ${((await answer.json()) as typeof order).id === order.id ? 'the same order' : 'another order'}`)
log(`to a stranger: ${(await GET(new Request('http://localhost/api/v1/execution/positions'))).status}`)
server.close()
await service.close()
