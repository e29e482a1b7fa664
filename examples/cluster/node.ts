// One node: it takes its share of the accounts and answers for all of them.
import { describeOutcome, type FromNode, type NodeOptions, type ToNode } from './messages.ts'
import { createClusterNode } from '@sluice/journal-postgres'
import { venueAdapter } from './venue-adapter.ts'

const { connectionString, accounts, name } = JSON.parse(process.argv[2] ?? '{}') as NodeOptions
const tell = (message: FromNode): void => { process.send?.(message) }

const node = await createClusterNode({
  journal: { connectionString, name, lease: 1000, connections: 6 }, accounts, forwardTimeout: 3000,
  service: (account, shared) => ({
    broker: venueAdapter(account), reconcileEvery: 0,
    // One budget for the whole firm, whatever node spends it.
    guards: [shared.limit({ scope: 'firm', capacity: '100000000', slice: '100000' })],
  }),
})

process.on('message', (message: ToNode) => {
  if (!('place' in message)) return
  node.service.placeOrder(message.place).then(
    (order) => { tell({ placed: message.id, ...describeOutcome(order) }) },
    () => { tell({ placed: message.id, done: false }) },
  )
})
setInterval(() => { tell({ owned: node.owned }) }, 200)
process.once('SIGTERM', () => { node.close().then(() => { process.exit(0) }, () => { process.exit(1) }) })
process.once('disconnect', () => { process.exit(0) })
