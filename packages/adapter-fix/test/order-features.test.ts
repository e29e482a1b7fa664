// What brokers offer beyond plain orders, each over a line to the acceptor of this package.
import { type BrokerAdapter, type BrokerUpdate, createExecutionService, memoryJournal } from '@sluice/core'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { FixVersion } from '../src/codec/dictionary/dictionary.ts'
import { fixBroker, type FixBrokerOptions, memoryFixStore } from '../src/index.ts'
import { fill, openDesk } from './support/scripted-desk.ts'
import { type FixAcceptor, type FixAcceptorOptions, startFixAcceptor } from '../src/testing/index.ts'

const ending: (() => Promise<void>)[] = []
afterEach(async () => { for (const end of ending.splice(0).toReversed()) await end() })

async function start(options: FixAcceptorOptions): Promise<FixAcceptor> {
  const acceptor = await startFixAcceptor(options)
  ending.push(acceptor.close)
  return acceptor
}

function brokerOf(acceptor: FixAcceptor, version: FixVersion, options: Partial<FixBrokerOptions> = {}): BrokerAdapter {
  const broker = fixBroker({
    environment: 'paper', version, senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }], store: memoryFixStore(),
    answerTimeout: 500, reconnectDelay: 20, ...options,
  })
  ending.push(broker.close)
  return broker
}

interface Listener {
  readonly updates: BrokerUpdate[]
  readonly warnings: string[]
}

async function connect(broker: BrokerAdapter): Promise<Listener> {
  const listener: Listener = { updates: [], warnings: [] }
  const say = (text: string): void => { listener.warnings.push(text) }
  await broker.connect(makeContext({
    deliver: (update) => { listener.updates.push(update); return Promise.resolve() },
    logger: { debug: () => undefined, info: () => undefined, warn: say, error: say },
  }))
  return listener
}
const kinds = (updates: readonly BrokerUpdate[]): string[] => updates.map((update) => (update.kind === 'connection' ? update.state : update.kind))
const resting = (clientOrderId: string) => makeApprovedOrder({ clientOrderId, terms: { limitPrice: '1' } })

describe.each(['4.4', '5.0SP2'] as const)('mass cancel of %s', (version) => {
  it('one request ends every order, and each says so itself', async () => {
    const acceptor = await start({ version })
    const broker = brokerOf(acceptor, version, { massCancel: true })
    const { updates } = await connect(broker)
    for (const id of ['C1', 'C2', 'C3']) await broker.submit(resting(id))
    expect(await broker.cancelAll?.()).toEqual({ kind: 'accepted' })
    await vi.waitFor(() => { expect(kinds(updates).filter((kind) => kind === 'canceled')).toHaveLength(3) })
    expect(acceptor.received.filter((type) => type === 'q')).toHaveLength(1)
  })
  it('a report is an answer only to its own request, and may be a refusal', async () => {
    const at = openDesk(version)
    const first = at.desk.cancelAll()
    const shared = at.desk.cancelAll()
    expect(at.sent.map(({ type }) => type)).toEqual(['q'])
    const id = new Map(at.sent[0]?.fields).get(11) as string
    await at.message('r', '11=another|37=M1|530=7|531=7|')
    await at.message('r', `11=${id}|37=M2|530=7|531=0|532=0|58=not offered|`)
    expect([await first, await shared]).toEqual([{ kind: 'refused', code: 'FIX_0', message: 'not offered' }, { kind: 'refused', code: 'FIX_0', message: 'not offered' }])
    const cut = at.desk.cancelAll()
    at.desk.lineDown('cut')
    expect(await cut).toEqual({ kind: 'ambiguous', reason: 'cut' })
  })
  it('a refusal is told, and silence is uncertain', async () => {
    const acceptor = await start({ version })
    const broker = brokerOf(acceptor, version, { massCancel: true, answerTimeout: 100 })
    await connect(broker)
    acceptor.fault.rejectNext('not for you')
    expect(await broker.cancelAll?.()).toEqual({ kind: 'refused', code: 'FIX_SESSION_REJECT', message: 'not for you' })
    acceptor.fault.disconnect()
    expect((await broker.cancelAll?.())?.kind).toMatch(/ambiguous|not_sent/)
  })
})

it('the kill switch ends all orders with one request, before it asks for each', async () => {
  const acceptor = await start({ version: '4.4' })
  const service = await createExecutionService({ broker: brokerOf(acceptor, '4.4', { massCancel: true, massStatus: true }), journal: memoryJournal() })
  ending.push(() => service.close())
  for (const idempotencyKey of ['a', 'b', 'c']) await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '1', timeInForce: 'day', idempotencyKey })
  await service.killSwitch.engage({ level: 'cancel_all', reason: 'test' })
  await vi.waitFor(async () => { expect(await service.listOrders({ open: true })).toEqual([]) })
  expect(acceptor.received.filter((type) => type === 'q' || type === 'F')[0]).toBe('q')
})

it('mass cancel is not there where it was not declared, nor in FIX 4.2', async () => {
  const acceptor = await start({ version: '4.2' })
  expect(brokerOf(acceptor, '4.2', { massCancel: true }).cancelAll).toBeUndefined()
  expect(brokerOf(acceptor, '4.4').cancelAll).toBeUndefined()
})

describe.each(['4.2', '4.4', '5.0SP2'] as const)('drop copy of %s', (version) => {
  const copied = async (): Promise<{ readonly acceptor: FixAcceptor; readonly drop: FixAcceptor; readonly broker: BrokerAdapter; readonly listener: Listener }> => {
    const drop = await start({ version, senderCompId: 'DROP', targetCompId: 'DESK-DC' })
    const acceptor = await start({ version, copy: drop.send })
    const broker = brokerOf(acceptor, version, {
      dropCopy: { senderCompId: 'DESK-DC', targetCompId: 'DROP', addresses: [{ host: '127.0.0.1', port: drop.port }], store: memoryFixStore(), session: {} },
    })
    const listener = await connect(broker)
    await vi.waitFor(() => { expect(drop.logons).toBe(1) })
    return { acceptor, drop, broker, listener }
  }
  it('an execution told by both sessions counts once, and nothing is ever sent on the copy', async () => {
    const { acceptor, drop, broker, listener } = await copied()
    await broker.submit(resting('C1'))
    acceptor.trade('C1', '4')
    acceptor.trade('C1', '6')
    await vi.waitFor(async () => { expect(await broker.lookup('C1')).toMatchObject({ kind: 'found', order: { status: 'filled', filledQuantity: '10', executions: [{}, {}] } }) })
    await new Promise((resolve) => { setTimeout(resolve, 50) })
    expect(kinds(listener.updates).filter((kind) => kind === 'fill')).toHaveLength(2)
    expect(drop.received).toEqual([])
  })
  it('a copy that comes first tells the trade, and the order session how the order is; one that comes late opens nothing again', async () => {
    const at = openDesk(version)
    void at.desk.submit(makeApprovedOrder({ clientOrderId: 'C1' }))
    await at.report('0', '0', 0)
    const trade = { 17: 'T1', ...fill(10) }
    await at.asCopy(() => at.report('F', '2', 10, trade))
    expect(at.desk.working).toBe(1)
    await at.report('F', '2', 10, trade)
    expect(at.desk.working).toBe(0)
    await at.asCopy(() => at.report('0', '0', 0))
    await at.asCopy(() => at.report('F', '2', 10, trade))
    expect([at.desk.working, at.kinds()]).toEqual([0, 'accepted fill'])
    await at.asCopy(() => at.report('H', '0', 0, { 19: 'T1' }))
    expect(at.kinds()).toBe('accepted fill busted')
  })
  it('a trade that only the copy tells is heard of, also while the order session is cut', async () => {
    const { acceptor, drop, broker, listener } = await copied()
    await broker.submit(resting('C1'))
    drop.send('8', [
      [37, 'B9'], [11, 'DESK-PHONE'], [17, 'P1'], ...(version === '4.2' ? [[20, '0'] as const] : []), [150, version === '4.2' ? '2' : 'F'], [39, '2'], [55, 'MSFT'], [54, '1'], [38, 5], [40, '1'],
      [32, 5], [31, 10], [151, 0], [14, 5], [6, 10], [60, '20261122-14:30:00'],
    ])
    await vi.waitFor(() => { expect(listener.updates).toContainEqual(expect.objectContaining({ kind: 'fill', execution: expect.objectContaining({ symbol: 'MSFT', lastQuantity: '5' }) as unknown })) })
    expect(acceptor.received).toEqual(['D'])
  })
})

it('where the broker cancels on disconnect, what ended meanwhile is heard of, and closing says what it ends', async () => {
  const acceptor = await start({ version: '4.4', cancelOnDisconnect: true })
  const broker = brokerOf(acceptor, '4.4', { onDisconnect: 'cancel' })
  const { updates, warnings } = await connect(broker)
  await broker.submit(resting('C1'))
  acceptor.fault.disconnect()
  await vi.waitFor(() => { expect(kinds(updates)).toContain('canceled') })
  await vi.waitFor(() => { expect(kinds(updates).at(-1)).toBe('ready') })
  expect(await broker.lookup('C1')).toMatchObject({ kind: 'found', order: { status: 'canceled' } })
  await broker.submit(resting('C2'))
  await broker.close()
  expect(warnings).toContain('the broker cancels 1 working orders with the session')
})

describe.each(['4.2', '4.4', '5.0SP2'] as const)('orders of %s beyond plain ones', (version) => {
  it('by money: CashOrderQty goes out, and the broker ends the order', async () => {
    const acceptor = await start({ version })
    const broker = brokerOf(acceptor, version, { capabilities: { notional: true } })
    const { updates } = await connect(broker)
    const { quantity: _, ...terms } = makeApprovedOrder({ terms: { type: 'market' } }).terms
    const order = { ...makeApprovedOrder({ clientOrderId: 'C1', terms: { type: 'market' } }), terms: { ...terms, notional: '500' } }
    expect(await broker.submit(order)).toMatchObject({ kind: 'accepted' })
    expect(updates).toContainEqual(expect.objectContaining({ kind: 'fill', complete: true, execution: expect.objectContaining({ lastQuantity: '5', lastPrice: '100' }) as unknown }))
    expect(await brokerOf(acceptor, version).submit(order)).toMatchObject({ kind: 'refused', code: 'UNSUPPORTED' })
  })
  it('a service buys for money to the end', async () => {
    const acceptor = await start({ version })
    const quote = { symbol: 'AAPL', bid: '100', ask: '100', time: new Date().toISOString() }
    const marketData = { quote: () => Promise.resolve(quote), watch: (_: readonly string[], emit: (value: typeof quote) => void) => { emit(quote) } }
    const broker = brokerOf(acceptor, version, { capabilities: { notional: true }, marketData })
    const service = await createExecutionService({ broker, journal: memoryJournal() })
    ending.push(() => service.close())
    const { id } = await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '101', notional: '500', timeInForce: 'day', idempotencyKey: 'money' })
    await vi.waitFor(async () => { expect(await service.getOrderStatus(id)).toMatchObject({ status: 'filled', filledQuantity: '5' }) })
  })
  it('a trailing stop is a pegged order, where the version has one or the user says how', async () => {
    const acceptor = await start({ version })
    const broker = brokerOf(acceptor, version, { capabilities: { orderTypes: ['market', 'limit', 'trailing_stop'] } })
    const said = brokerOf(acceptor, version, { store: memoryFixStore(), capabilities: { orderTypes: ['trailing_stop'] }, trailingFields: ({ trailAmount }) => [[40, 'P'], [211, trailAmount ?? '0']] })
    const order = makeApprovedOrder({ clientOrderId: 'C1', terms: { type: 'trailing_stop', trailAmount: '1.5' } })
    if (version === '4.2') {
      expect(await broker.submit(order)).toMatchObject({ kind: 'refused', code: 'UNSUPPORTED' })
      await connect(said)
      expect(await said.submit(order)).toMatchObject({ kind: 'accepted' })
    } else {
      await connect(broker)
      expect(await broker.submit(order)).toMatchObject({ kind: 'accepted' })
    }
    expect(acceptor.orders).toMatchObject([{ type: 'P' }])
  })
})
