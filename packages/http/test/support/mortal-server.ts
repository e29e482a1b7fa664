// A server in a process of its own: `mortal-server.ts FOLDER PORT MODE`. Its journal and its broker outlive it.
import { createExecutionService, type BrokerAdapter, simulatedBroker } from '@sluice/core'
import { sqliteJournal, sqliteStore } from '@sluice/core/sqlite'
import { createExecutionApi, createNodeServer } from '../../src/index.ts'

/** What the parent asks, and what it is told. */
export type MortalCommand = { readonly kind: 'trade'; readonly orders: number; readonly run: string } | { readonly kind: 'report' }

const [folder = '.', port = '0', mode = 'live'] = process.argv.slice(2)
const broker = simulatedBroker({ store: sqliteStore(`${folder}/broker.db`), latency: [0, 0], volatility: 0, prices: { AAPL: '187.50' } })

const dying: BrokerAdapter = {
  ...broker,
  submit: async (order) => {
    if (mode === 'die-before-send') process.kill(process.pid, 'SIGKILL')
    const outcome = await broker.submit(order)
    if (mode === 'die-after-send') process.kill(process.pid, 'SIGKILL')
    return outcome
  },
}

const service = await createExecutionService({ broker: mode === 'live' ? broker : dying, journal: sqliteJournal(`${folder}/orders.db`) })
const api = createExecutionApi({
  service, authenticate: () => ({ id: 'alice', accounts: ['main'] }), requestRate: false, streamLimit: 5000, requestLimit: 20_000,
})
const server = createNodeServer(api, { addressLimit: 5000 })

async function trade(orders: number, run: string): Promise<void> {
  for (let index = 0; index < orders; index += 1) {
    await service.placeOrder({ symbol: 'AAPL', side: index % 2 === 0 ? 'buy' : 'sell', type: 'market', quantity: '1', timeInForce: 'day', idempotencyKey: `${run}-${index}` })
  }
  process.send?.({ kind: 'traded', run })
}

async function lastSequence(): Promise<number> {
  const orders = await service.listOrders({ limit: Number.POSITIVE_INFINITY })
  const histories = await Promise.all(orders.map(({ id }) => service.orderEvents(id)))
  return Math.max(0, ...histories.flatMap((events) => events?.map(({ sequence }) => sequence) ?? []))
}

process.on('message', (command: MortalCommand) => {
  if (command.kind === 'trade') trade(command.orders, command.run).catch((error: unknown) => { throw error })
  else lastSequence().then((last) => process.send?.({ kind: 'report', brokerOrders: broker.orders().length, last })).catch((error: unknown) => { throw error })
})
process.on('disconnect', () => { process.exit() })
process.send?.({ kind: 'listening', port: await server.listen(Number(port), '127.0.0.1') })
