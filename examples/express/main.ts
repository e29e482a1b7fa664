// Sluice in an Express application, beside routes of its own: mounted before the body parser, so that it reads what was sent.
//   node --conditions=@sluice/source examples/express/main.ts [--stay]
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createExecutionService, maxPosition, simulatedBroker } from '@sluice/core'
import { bearerTokens, createExecutionApi, hashToken, toNodeHandler } from '@sluice/http'
import { createExecutionClient } from '@sluice/http/client'
import express from 'express'

const token = process.env['DESK_TOKEN'] ?? crypto.randomUUID()
const service = await createExecutionService({ broker: simulatedBroker({ prices: { AAPL: '187.50' } }), guards: [maxPosition({ quantity: '100' })] })
const api = createExecutionApi({
  service,
  authenticate: bearerTokens([{ sha256: hashToken(token), principal: { id: 'desk', accounts: ['main'] } }]),
})

const app = express()
app.use(toNodeHandler(api))                                          // every other path goes on to the routes below
app.use(express.json())
app.get('/hello', (_request, response) => { response.json({ hello: 'world' }) })

const server = app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1')
await once(server, 'listening')
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
console.log(`Express on ${origin}, token ${token}`)

const client = createExecutionClient({ baseUrl: `${origin}${api.basePath}`, getHeaders: () => ({ Authorization: `Bearer ${token}` }) })
const order = await client.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '180', timeInForce: 'day' })
console.log(`order ${order.id} is ${order.status}`)
console.log(`and cancelled: ${(await client.cancelOrder(order.id)).status}`)
console.log(`beside it: ${await (await fetch(`${origin}/hello`)).text()}`)

async function stop(): Promise<void> {
  await api.close()                                                  // lets answers and cancels out, ends the event streams
  server.close()
  await service.close()
}
if (!process.argv.includes('--stay')) await stop()
