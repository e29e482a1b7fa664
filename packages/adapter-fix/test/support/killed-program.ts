// Places orders until it is killed: `node killed-program.ts <port> <store> <first number> <version>`. Says what it knows, a line each.
import { writeSync } from 'node:fs'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import type { FixVersion } from '../../src/codec/dictionary/dictionary.ts'
import { fileFixStore, fixBroker } from '../../src/index.ts'

const [port = '', path = '', first = '', version = '4.4'] = process.argv.slice(2)
const say = (text: string): void => { writeSync(1, `${text}\n`) }

const broker = fixBroker({
  environment: 'paper', version: version as FixVersion, senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: Number(port) }],
  store: fileFixStore({ path, fsync: 'never' }), reconnectDelay: 20, answerTimeout: 1000,
})
await broker.connect(makeContext({
  deliver: (update) => {
    // A line that was written is as good as durable: the parent reads what a killed process has said.
    if (update.kind === 'fill') {
      say(`fill ${update.execution.clientOrderId ?? ''}`)
      say(`execution ${update.execution.executionId}`)
    }
    return Promise.resolve()
  },
}))
say('ready')
for (let number = Number(first); ; number += 1) {
  const clientOrderId = `K${number}`
  say(`intent ${clientOrderId}`)
  const outcome = await broker.submit(makeApprovedOrder({ clientOrderId, terms: { type: 'market', quantity: '1' } }))
  say(`${outcome.kind} ${clientOrderId}`)
}
