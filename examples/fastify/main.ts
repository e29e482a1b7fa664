// Sluice as a Fastify plugin. Fastify's own parser and error format stay out of its way; closing Fastify ends the event streams.
//   node --conditions=@sluice/source examples/fastify/main.ts [--stay]
import { createExecutionService, maxPosition, simulatedBroker } from '@sluice/core'
import { createExecutionApi, signedRequests, toFastifyPlugin } from '@sluice/http'
import { createExecutionClient, signRequests } from '@sluice/http/client'
import fastify from 'fastify'

const secret = process.env['BOT_SECRET'] ?? crypto.randomUUID()
const service = await createExecutionService({ broker: simulatedBroker({ prices: { AAPL: '187.50' } }), guards: [maxPosition({ quantity: '100' })] })
const api = createExecutionApi({
  service,
  authenticate: signedRequests({ keyOf: (id) => (id === 'bot' ? { secret, principal: { id: 'bot', accounts: ['main'] } } : undefined) }),
})

const app = fastify()
app.get('/hello', () => ({ hello: 'world' }))
await app.register(toFastifyPlugin(api))
const origin = await app.listen({ port: Number(process.env['PORT'] ?? 0), host: '127.0.0.1' })
console.log(`Fastify on ${origin}`)

const client = createExecutionClient({ baseUrl: `${origin}${api.basePath}`, getHeaders: signRequests({ keyId: 'bot', secret }) })
const order = await client.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '200', timeInForce: 'day' })
console.log(order.status === 'denied' ? `denied: ${order.denial.code}, ${order.denial.observed ?? ''} over ${order.denial.limit ?? ''}` : `order ${order.id} is ${order.status}`)
console.log(`unsigned: ${(await fetch(`${origin}${api.basePath}/orders`)).status}`)
console.log(`beside it: ${await (await fetch(`${origin}/hello`)).text()}`)

if (!process.argv.includes('--stay')) {
  await app.close()
  await service.close()
}
