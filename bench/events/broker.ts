// The test broker in a process of its own: what it costs is not what the sink costs.
import { fakeKafka } from '@sluice/events/testing'

const broker = await fakeKafka({ topics: ['sluice.events'], partitions: 8 })
process.send?.(broker.address)
process.on('message', () => { process.send?.(broker.size) }).on('disconnect', () => process.exit(0))
