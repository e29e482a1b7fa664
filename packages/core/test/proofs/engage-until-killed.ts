// A child of kill-durability.ts: places orders and engages one scope after another, and writes each scope to standard output as
// soon as engage has answered that it is durable. It ends by SIGKILL; asked to `warm`, by itself after the first, so that the
// compile cache is written.
import { writeSync } from 'node:fs'
import { createExecutionService, type Journal, simulatedBroker } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'

const [, , path = '', mode] = process.argv

/** A planted bug: says that it is durable, and writes later. */
function hastyJournal(inner: Journal): Journal {
  return {
    ...inner,
    append: (lease, batch) => {
      setTimeout(() => { inner.append(lease, batch).catch(() => undefined) }, 15)
      return Promise.resolve({ first: batch.events[0]?.sequence ?? 0, last: batch.events.at(-1)?.sequence ?? 0 })
    },
  }
}

const journal = sqliteJournal(path)
const service = await createExecutionService({ broker: simulatedBroker({ latency: [0, 1] }), journal: mode === 'hasty' ? hastyJournal(journal) : journal })

async function trade(): Promise<never> {
  for (let number = 0; ; number += 1) {
    await service.placeOrder({ symbol: `T${number % 7}`, side: 'buy', type: 'limit', quantity: '1', limitPrice: '1', timeInForce: 'day' })
  }
}

void trade()
void trade()
for (let number = 1; ; number += 1) {
  const scope = `symbol:S${number}` as const
  const { durable } = await service.killSwitch.engage({ scope, level: 'no_new', reason: 'test' })
  if (durable) writeSync(1, `${scope}\n`)
  if (mode === 'warm') process.exit()
  // Now and then at once, now and then after a while: kills fall into every phase.
  if (number % 3 === 0) await new Promise((resolve) => { setTimeout(resolve, number % 5) })
}
