import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrokerAdapter, type BrokerUpdate, createExecutionService, memoryJournal } from '@sluice/core'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel, makeContext } from '@sluice/core/testing'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fileFixStore, fixBroker, type FixBrokerOptions, memoryFixStore } from '../src/index.ts'
import { type FixAcceptor, startFixAcceptor } from '../src/testing/index.ts'

let folder = ''
let acceptor: FixAcceptor
const open: BrokerAdapter[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-fix-'))
  acceptor = await startFixAcceptor({ version: '4.4', prices: { AAPL: '100' } })
})
afterEach(async () => {
  for (const broker of open.splice(0)) await broker.close()
  await acceptor.close()
  rmSync(folder, { recursive: true, force: true })
})

function broker(options: Partial<FixBrokerOptions> = {}): BrokerAdapter {
  const made = fixBroker({
    environment: 'paper', version: '4.4', senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }],
    store: fileFixStore({ path: join(folder, 'session.fix') }), answerTimeout: 300, reconnectDelay: 20, ...options,
  })
  open.push(made)
  return made
}

async function connected(adapter: BrokerAdapter): Promise<BrokerUpdate[]> {
  const updates: BrokerUpdate[] = []
  await adapter.connect(makeContext({ deliver: (update) => { updates.push(update); return Promise.resolve() } }))
  return updates
}
const kinds = (updates: readonly BrokerUpdate[]): string[] => updates.map((update) => (update.kind === 'connection' ? update.state : update.kind))
const resting = (clientOrderId: string) => makeApprovedOrder({ clientOrderId, terms: { limitPrice: '1' } })

it('a restart goes on with its numbers, hears what it missed, and can ask for orders of before', async () => {
  const first = broker()
  await connected(first)
  await first.submit(resting('C1'))
  acceptor.fault.loseAnswer()
  expect((await first.submit(resting('C2'))).kind).toBe('ambiguous')
  await first.close()
  acceptor.trade('C1', '4')
  const second = broker()
  const updates = await connected(second)
  await vi.waitFor(() => { expect(kinds(updates)).toContain('fill') })
  expect(await second.lookup('C2')).toMatchObject({ kind: 'found', order: { status: 'new', symbol: 'AAPL' } })
  expect(await second.lookup('C1')).toMatchObject({ kind: 'found', order: { status: 'partially_filled', filledQuantity: '4' } })
  expect(await second.submit(resting('C2'))).toEqual({ kind: 'duplicate' })
  expect(acceptor.logons).toBe(2)
})

it('no order leaves while the line is cut, and trades of that time come when it is up again', async () => {
  const adapter = broker({ reconnectDelay: 100 })
  const updates = await connected(adapter)
  await adapter.submit(resting('C1'))
  acceptor.fault.disconnect()
  await vi.waitFor(() => { expect(kinds(updates)).toContain('gap') })
  expect(await adapter.submit(resting('C2'))).toMatchObject({ kind: 'not_sent', retryable: true })
  acceptor.trade('C1', '10')
  await vi.waitFor(() => { expect(kinds(updates)).toContain('fill') })
  expect(acceptor.orders).toHaveLength(1)
})

it('a report that was lost with the line is asked for, and is in before `ready`', async () => {
  const adapter = broker({ store: memoryFixStore() })
  const updates = await connected(adapter)
  await adapter.submit(resting('C1'))
  // The broker's session counts the report and hands it to a line that is gone.
  acceptor.fault.disconnect()
  acceptor.trade('C1', '3')
  await vi.waitFor(() => { expect(kinds(updates)).toEqual(['ready', 'accepted', 'gap', 'fill', 'ready']) })
})

it('no password reaches the disk', async () => {
  const adapter = broker({ session: { logonFields: [[553, 'me'], [554, 'zqcanary-hunter2']] } })
  await connected(adapter)
  await adapter.submit(resting('C1'))
  const bytes = readFileSync(join(folder, 'session.fix')).toString('latin1')
  expect([bytes.includes('11=C1'), bytes.includes('zqcanary-hunter2')]).toEqual([true, false])
})

it('a session Reject is a refusal of the order it names', async () => {
  const adapter = broker()
  await connected(adapter)
  acceptor.fault.rejectNext('no such symbol')
  expect(await adapter.submit(resting('C1'))).toEqual({ kind: 'refused', code: 'FIX_SESSION_REJECT', message: 'no such symbol' })
})

it('busts and corrections arrive under the id of their execution', async () => {
  const adapter = broker()
  const updates = await connected(adapter)
  await adapter.submit(makeApprovedOrder({ clientOrderId: 'C1', terms: { type: 'market' } }))
  acceptor.correct('X2', '8', '99')
  acceptor.bust('X2')
  await vi.waitFor(() => { expect(kinds(updates)).toEqual(['ready', 'accepted', 'fill', 'corrected', 'busted']) })
  const [fill, corrected, busted] = updates.slice(2)
  expect([corrected, busted]).toMatchObject([{ executionId: fill?.kind === 'fill' ? fill.execution.executionId : '' }, { executionId: fill?.kind === 'fill' ? fill.execution.executionId : '' }])
})

it('replaces, cancels by the chain, and refuses what is not declared', async () => {
  const adapter = broker()
  const updates = await connected(adapter)
  const order = resting('C1')
  await adapter.submit(order)
  expect(await adapter.replace(makeApprovedReplacement(order, 'B1', { limitPrice: '2' }, { clientOrderId: 'C1-r' }))).toMatchObject({ kind: 'accepted' })
  expect(await adapter.cancel({ ...makeCancel(order, 'B1'), originalClientOrderId: 'C1-r' })).toEqual({ kind: 'accepted' })
  expect(kinds(updates)).toEqual(['ready', 'accepted', 'replaced', 'canceled'])
  expect(await adapter.submit(makeApprovedOrder({ terms: { type: 'trailing_stop', trailAmount: '1' } }))).toMatchObject({ kind: 'refused', code: 'UNSUPPORTED' })
})

it('tells why it cannot connect, and leaves the store to the next one', async () => {
  const strangers = broker({ senderCompId: 'NOBODY' })
  await expect(connected(strangers)).rejects.toMatchObject({ code: 'NOT_READY' })
  await connected(broker({ addresses: [{ host: '127.0.0.1', port: 1 }, { host: '127.0.0.1', port: acceptor.port }] }))
})

it('two sessions cannot share a store', async () => {
  await connected(broker())
  await expect(connected(broker())).rejects.toMatchObject({ code: 'JOURNAL_LOCKED' })
})

it('a whole service trades over it', async () => {
  const service = await createExecutionService({
    broker: broker({ positions: () => Promise.resolve([]), accountValues: () => Promise.resolve({ equity: '100000', cash: '100000', buyingPower: '100000', currency: 'USD', time: '2026-11-22T15:00:00Z' }) }),
    journal: memoryJournal(),
  })
  const order = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '5', timeInForce: 'day' } as const
  const filled = await service.placeOrder({ ...order, limitPrice: '101', idempotencyKey: 'a' })
  await vi.waitFor(async () => { expect(await service.getOrderStatus(filled.id)).toMatchObject({ status: 'filled', filledQuantity: '5', averagePrice: '100' }) })
  const working = await service.placeOrder({ ...order, limitPrice: '1', idempotencyKey: 'b' })
  expect(working.status).toBe('new')
  await service.cancelOrder(working.id)
  await vi.waitFor(async () => { expect(await service.getOrderStatus(working.id)).toMatchObject({ status: 'canceled' }) })
  expect(acceptor.orders.map(({ status }) => status)).toEqual(['2', '4'])
  await service.close()
})

it('after a power cut that took messages the session goes on above every number that was used', async () => {
  const path = join(folder, 'interval.fix')
  const first = broker({ store: fileFixStore({ path, fsync: 'interval' }) })
  await connected(first)
  await first.submit(resting('C0'))
  const synced = readFileSync(path).length
  for (const id of ['C1', 'C2', 'C3']) await first.submit(resting(id))
  const left = join(folder, 'left.fix')
  copyFileSync(path, left)
  truncateSync(left, synced)
  await first.close()
  const second = broker({ store: fileFixStore({ path: left, fsync: 'interval' }) })
  await connected(second)
  expect(await second.submit(resting('C4'))).toMatchObject({ kind: 'accepted' })
  expect(acceptor.orders.map(({ clientOrderId }) => clientOrderId)).toEqual(['C0', 'C1', 'C2', 'C3', 'C4'])
  expect(await second.lookup('C0')).toMatchObject({ kind: 'found' })
  // Their messages are gone, and FIX can only be asked for what is known.
  expect(await second.lookup('C2')).toMatchObject({ kind: 'indeterminate' })
})
