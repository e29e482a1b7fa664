import { createVirtualClock, type VirtualClock } from '@sluice/core/testing'
import { silentLogger } from '@sluice/core'
import { expect, it } from 'vitest'
import { dictionaryOf, logonBody, reportBody } from '../../test/support/scripted-session.ts'
import { wire } from '../../test/support/wire.ts'
import type { FieldList } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import { readMessage } from '../codec/scanner.ts'
import { formatTimestamp } from '../codec/timestamp.ts'
import { type FixStore, memoryFixStore } from '../store/fix-store.ts'
import { createSessionRunner, type Line, type SessionRunner } from './session-runner.ts'

const dictionary = dictionaryOf('4.4')
const ORDER: FieldList = [[11, 'C1'], [55, 'AAPL'], [54, '1'], [38, 10], [40, '1'], [60, '20260105-14:30:00']]

interface Rig {
  readonly runner: SessionRunner
  readonly clock: VirtualClock
  readonly written: Uint8Array[]
  readonly store: FixStore
  readonly line: Line & { paused: number; ended: boolean }
  readonly events: string[]
  consume: (() => void)[]
  types(): string
  last(): MessageView
  peer(type: string, sequence: number, body?: string): void
  logOn(): void
}

async function rig(store: FixStore = memoryFixStore(), maximumOpenDeliveries = 1000): Promise<Rig> {
  const clock = createVirtualClock()
  const written: Uint8Array[] = []
  const events: string[] = []
  const line = { paused: 0, ended: false, write: (bytes: Uint8Array) => { written.push(bytes.slice()) }, pause: () => { line.paused += 1 }, resume: () => { line.paused -= 1 }, end: () => { line.ended = true } }
  const made: Rig = {
    clock, written, store, line, events, consume: [],
    runner: createSessionRunner({
      session: { dictionary, senderCompId: 'DESK', targetCompId: 'BROKER' }, numbers: await store.open(clock.now()), store, clock, logger: silentLogger, maximumOpenDeliveries,
      onMessage: ({ sequence }) => new Promise((resolve) => { events.push(`in ${sequence}`); made.consume.push(resolve) }),
      onDisconnect: (reason) => { events.push(`disconnect: ${reason}`) },
      onStoreFailure: (error) => { events.push(`store: ${error.message}`) },
    }),
    types: () => written.map((bytes) => readMessage(bytes, dictionary)?.type).join(''),
    last: () => readMessage(written.at(-1)!, dictionary)!,
    peer: (type, sequence, body = '') => { made.runner.received(wire(`8=FIX.4.4|35=${type}|49=BROKER|56=DESK|34=${sequence}|52=${formatTimestamp(clock.now())}|${body}`)) },
    logOn: () => {
      made.runner.connected(line)
      made.peer('A', 1, logonBody('4.4'))
    },
  }
  return made
}

it('asks the permit in the tick of the write, and a refusal makes its number a gap at once and for ever', async () => {
  const at = await rig()
  at.logOn()
  at.runner.send('D', ORDER, { permit: () => true, written: (sequence) => { at.events.push(`written ${sequence}`) } })
  expect([at.types(), at.events]).toEqual(['AD', ['written 2']])
  at.runner.send('D', ORDER, { permit: () => false, onlyNow: true, unsent: (reason) => { at.events.push(reason) } })
  const gap = at.last()
  expect([at.events.at(-1), gap.type, gap.sequence, gap.integer(36), gap.boolean(123), gap.has(43)]).toEqual(['the permit was refused', '4', 3, 4, true, false])
  at.peer('2', 2, '7=2|16=0|')
  expect([at.types(), at.last().integer(36)]).toEqual(['AD4D4', 4])
})

it('an order that a cut line overtakes while it is being stored is never sent', async () => {
  const pending: (() => void)[] = []
  const memory = memoryFixStore()
  const slow: FixStore = { ...memory, append: (record, done) => { memory.append(record, (error) => { if (record.kind === 'message') pending.push(() => { done(error) }); else done(error) }) } }
  const at = await rig(slow)
  at.runner.connected(at.line)
  pending.splice(0).forEach((done) => { done() })
  at.peer('A', 1, logonBody('4.4'))
  at.runner.send('D', ORDER, { onlyNow: true, permit: () => true, unsent: (reason) => { at.events.push(reason) } })
  expect(at.types()).toBe('A')
  at.runner.disconnected()
  pending.splice(0).forEach((done) => { done() })
  expect([at.types(), at.events]).toEqual(['A', ['the line was cut before the message was written']])
  expect(memory.read(2, 2)).toEqual([])
})

it('messages leave in their order although some wait for the disk', async () => {
  const pending: (() => void)[] = []
  const memory = memoryFixStore()
  const slow: FixStore = { ...memory, append: (record, done) => { memory.append(record, (error) => { if (record.kind === 'message') pending.push(() => { done(error) }); else done(error) }) } }
  const at = await rig(slow)
  at.runner.connected(at.line)
  pending.splice(0).forEach((done) => { done() })
  at.peer('A', 1, logonBody('4.4'))
  at.runner.send('D', ORDER)
  at.peer('2', 2, '7=1|16=1|')
  expect(at.types()).toBe('A')
  pending.splice(0).forEach((done) => { done() })
  expect(at.types()).toBe('AD4')
})

it('the expected number is durable only when the message is consumed', async () => {
  const at = await rig()
  at.logOn()
  at.peer('8', 2, reportBody('4.4'))
  at.peer('8', 3, reportBody('4.4', 'E2'))
  expect(at.events).toEqual(['in 2', 'in 3'])
  expect((await at.store.open(0)).nextTarget).toBe(2)
  at.consume[1]?.()
  await at.clock.advance(1)
  expect((await at.store.open(0)).nextTarget).toBe(2)
  at.consume[0]?.()
  await at.clock.advance(1)
  expect((await at.store.open(0)).nextTarget).toBe(4)
})

it('reading stops while too much waits to be consumed, and goes on after', async () => {
  const at = await rig(memoryFixStore(), 2)
  at.logOn()
  at.peer('8', 2, reportBody('4.4'))
  at.peer('8', 3, reportBody('4.4', 'E2'))
  expect(at.line.paused).toBe(1)
  at.consume[0]?.()
  await at.clock.advance(1)
  expect(at.line.paused).toBe(0)
})

it('what is said before the end is still written, then the line closes', async () => {
  const at = await rig()
  at.logOn()
  at.peer('0', 1)
  expect([at.types(), at.line.ended, at.events]).toEqual(['A5', true, ['disconnect: MsgSeqNum too low, expecting 2 but received 1']])
})

it('time alone sends heartbeats and ends a silent line', async () => {
  const at = await rig()
  at.logOn()
  await at.clock.advance(30_000)
  expect(at.types()).toBe('A0')
  await at.clock.advance(42_000)
  expect([at.types(), at.line.ended]).toEqual(['A010', true])
})

it('nothing leaves once the store has failed', async () => {
  const memory = memoryFixStore()
  let isBroken = false
  const store: FixStore = { ...memory, append: (record, done) => { if (isBroken) done(new Error('disk full')); else memory.append(record, done) } }
  const at = await rig(store)
  at.logOn()
  isBroken = true
  at.runner.send('D', ORDER, { unsent: (reason) => { at.events.push(reason) } })
  expect([at.types(), at.events]).toEqual(['A', ['store: disk full', 'disk full']])
})
