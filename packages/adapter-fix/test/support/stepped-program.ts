// One round of orders, killed at a chosen step: `node stepped-program.ts <port> <store> <prefix> <kill at> <version> <fsync>`. A step is the moment before or after
// the store writes or syncs its file, or bytes are given to the socket. 0 kills nowhere and says how many steps there were.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { Socket } from 'node:net'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel, makeContext } from '@sluice/core/testing'

const [port = '', path = '', prefix = '', killAt = '0', version = '4.4', fsync = 'always'] = process.argv.slice(2)
const { writeSync } = fs
const say = (text: string): void => { writeSync(1, `${text}\n`) }
let steps = 0
const step = (): void => {
  steps += 1
  if (steps === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}
/** Calls go through, with a step before and after each; those on the standard streams do not count. */
function stepped<Arguments extends readonly unknown[], Result>(work: (...values: Arguments) => Result): (...values: Arguments) => Result {
  return (...values) => {
    if (typeof values[0] === 'number' && values[0] <= 2) return work(...values)
    step()
    const result = work(...values)
    step()
    return result
  }
}
Object.assign(fs, { writeSync: stepped(fs.writeSync), fsyncSync: stepped(fs.fsyncSync), renameSync: stepped(fs.renameSync), ftruncateSync: stepped(fs.ftruncateSync) })
const { fdatasync } = fs
Object.assign(fs, {
  fdatasync: (file: number, done: (error: Error | null) => void) => {
    step()
    fdatasync(file, (error) => {
      step()
      done(error)
    })
  },
})
syncBuiltinESMExports()
const { write } = Socket.prototype
Socket.prototype.write = function (this: Socket, ...values: unknown[]): boolean {
  step()
  const result = Reflect.apply(write, this, values) as boolean
  step()
  return result
}

const { fileFixStore, fixBroker } = await import('../../src/index.ts')
const broker = fixBroker({
  environment: 'paper', version: version as '4.4', senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: Number(port) }],
  store: fileFixStore({ path, fsync: fsync as 'always' }), reconnectDelay: 20, answerTimeout: 2000,
})
await broker.connect(makeContext({
  deliver: (update) => {
    if (update.kind === 'fill') say(`fill ${update.execution.clientOrderId ?? ''}`)
    return Promise.resolve()
  },
}))
const place = async (name: string, limitPrice?: string): Promise<ReturnType<typeof makeApprovedOrder>> => {
  const order = makeApprovedOrder({ clientOrderId: `${prefix}${name}`, terms: limitPrice === undefined ? { type: 'market', quantity: '1' } : { quantity: '5', limitPrice } })
  say(`intent ${order.clientOrderId}`)
  const outcome = await broker.submit(order)
  say(`${outcome.kind} ${order.clientOrderId}`)
  return order
}
await place('1')
await Promise.all(['2', '3', '4'].map((name) => place(name)))
const resting = await place('5', '1')
const found = await broker.lookup(resting.clientOrderId)
const brokerOrderId = found.kind === 'found' ? found.order.brokerOrderId : 'unknown'
say(`replaced ${(await broker.replace(makeApprovedReplacement(resting, brokerOrderId, { quantity: '4' }))).kind}`)
say(`canceled ${(await broker.cancel({ ...makeCancel(resting, brokerOrderId), originalClientOrderId: `${resting.clientOrderId}-r` })).kind}`)
await broker.close()
say(`steps ${steps}`)
