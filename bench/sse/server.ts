// Events to many readers, from a process of its own: `server.ts bare|sluice`. Publishes on command and tells the CPU it took.
import { createServer, type ServerResponse } from 'node:http'
import { createExecutionService, memoryJournal } from '@sluice/core'
import { createExecutionApi, toNodeHandler } from '@sluice/http'
import { nullBroker } from '../null-broker.ts'

const service = await createExecutionService({ broker: nullBroker(() => undefined), journal: memoryJournal(), quoteMaximumAge: 3_600_000 })

let last = 0
service.on('event', ({ account, sequence }) => { if (account === 'main') last = sequence })

function bare(): ReturnType<typeof createServer> {
  const readers = new Set<ServerResponse>()
  service.events$.subscribe((event) => {
    const text = `id: ${event.account}:${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    for (const reader of readers) reader.write(text)
  })
  return createServer((incoming, outgoing) => {
    outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
    readers.add(outgoing)
    incoming.on('close', () => { readers.delete(outgoing) })
  })
}

const api = createExecutionApi({ service, authenticate: () => ({ id: 'bench', accounts: ['main'] }), requestRate: false, streamLimit: 10_000 })
const server = process.argv[2] === 'bare' ? bare() : createServer(toNodeHandler(api))

/** Orders at an even pace, so that readers keep up; resolves when the last event has had its time to go out. */
async function publish(orders: number, run: string): Promise<{ readonly cpu: number; readonly last: number }> {
  const before = process.cpuUsage()
  for (let index = 0; index < orders; index += 1) {
    await service.placeOrder({ symbol: 'AAPL', side: index % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day', idempotencyKey: `${run}-${index}` })
    await new Promise((resolve) => { setTimeout(resolve, 10) })
  }
  await new Promise((resolve) => { setTimeout(resolve, 300) })
  const { user, system } = process.cpuUsage(before)
  return { cpu: user + system, last }
}

process.on('message', ({ orders, run }: { readonly orders: number; readonly run: string }) => {
  publish(orders, run).then((report) => process.send?.(report)).catch((error: unknown) => { throw error })
})
process.on('disconnect', () => { process.exit() })
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0)
})
