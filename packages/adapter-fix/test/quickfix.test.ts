// Against QuickFIX C++, which shares no code with the adapter: what both sides get wrong in the same way shows here.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrokerAdapter, BrokerUpdate } from '@sluice/core'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel, makeContext } from '@sluice/core/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FixVersion } from '../src/codec/dictionary/dictionary.ts'
import { fileFixStore, fixBroker, type FixBrokerOptions } from '../src/index.ts'
import { hasQuickFix, type QuickFixAcceptor, startQuickFix } from './support/quickfix.ts'
import { runUntilKilled } from './support/killed-runs.ts'

/** `SLUICE_QUICKFIX_KILLS=100 pnpm test packages/adapter-fix/test/quickfix` for the long run. */
const KILLS = Number(process.env['SLUICE_QUICKFIX_KILLS'] ?? 4)

if (!hasQuickFix) process.stderr.write('Skipped: the tests against QuickFIX C++ need its headers (Debian: libquickfix-dev, g++)\n')

const waitFor = (check: () => void): Promise<void> => vi.waitFor(check, { interval: 10 })

describe.skipIf(!hasQuickFix).each<FixVersion>(['4.2', '4.4', '5.0SP2'])('QuickFIX C++, %s', (version) => {
  let folder = ''
  let acceptor: QuickFixAcceptor
  const open: BrokerAdapter[] = []

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-fix-'))
    acceptor = await startQuickFix(version)
  })
  afterEach(async () => {
    for (const adapter of open.splice(0)) await adapter.close()
    await acceptor.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function connect(options: Partial<FixBrokerOptions> = {}): Promise<{ readonly adapter: BrokerAdapter; readonly updates: BrokerUpdate[] }> {
    const adapter = fixBroker({
      environment: 'paper', version, senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }],
      store: fileFixStore({ path: join(folder, 'session.fix') }), answerTimeout: 5000, reconnectDelay: 20, ...options,
    })
    open.push(adapter)
    const updates: BrokerUpdate[] = []
    await adapter.connect(makeContext({ deliver: (update) => { updates.push(update); return Promise.resolve() } }))
    return { adapter, updates }
  }
  const kinds = (updates: readonly BrokerUpdate[]): string[] => updates.map((update) => (update.kind === 'connection' ? update.state : update.kind))
  const fills = (updates: readonly BrokerUpdate[]) => updates.flatMap((update) => (update.kind === 'fill' ? [update.execution] : []))
  const market = (clientOrderId: string, symbol = 'AAPL') => makeApprovedOrder({ clientOrderId, terms: { type: 'market', symbol, quantity: '10' } })
  const resting = (clientOrderId: string) => makeApprovedOrder({ clientOrderId, terms: { symbol: 'HOLD', quantity: '10', limitPrice: '99.5' } })

  it('logs on, fills an order in two trades, and logs out', async () => {
    const { adapter, updates } = await connect()
    expect(await adapter.submit(market('C1'))).toEqual({ kind: 'accepted', brokerOrderId: 'B1' })
    await waitFor(() => { expect(fills(updates)).toHaveLength(2) })
    expect(fills(updates).map(({ lastQuantity, lastPrice, clientOrderId }) => [lastQuantity, lastPrice, clientOrderId])).toEqual([['5', '100', 'C1'], ['5', '100', 'C1']])
    expect(await adapter.lookup('C1')).toMatchObject({ kind: 'found', order: { status: 'filled', filledQuantity: '10', averagePrice: '100' } })
    await adapter.close()
    await waitFor(() => { expect(acceptor.lines).toContain('logout') })
  })

  it('says what the broker refuses, and that it has seen an id before', async () => {
    const { adapter } = await connect()
    expect(await adapter.submit(market('C1', 'REJECT'))).toMatchObject({ kind: 'refused' })
    expect(await adapter.submit(resting('C2'))).toMatchObject({ kind: 'accepted' })
    expect(await adapter.submit(resting('C2'))).toEqual({ kind: 'duplicate' })
    expect(acceptor.lines.filter((line) => line === 'order C2')).toHaveLength(1)
  })

  it('changes a resting order, cancels it, and hears that it is too late for another', async () => {
    const { adapter, updates } = await connect()
    const order = resting('C1')
    await adapter.submit(order)
    expect(await adapter.replace(makeApprovedReplacement(order, 'B1', { quantity: '8', limitPrice: '99' }))).toMatchObject({ kind: 'accepted' })
    expect(await adapter.cancel({ ...makeCancel(order, 'B1'), originalClientOrderId: 'C1-r' })).toMatchObject({ kind: 'accepted' })
    await waitFor(() => { expect(kinds(updates)).toContain('canceled') })
    const filled = market('C2')
    await adapter.submit(filled)
    await waitFor(() => { expect(fills(updates)).toHaveLength(2) })
    expect(await adapter.cancel(makeCancel(filled, 'B2'))).toMatchObject({ kind: 'refused' })
    expect(acceptor.lines.filter((line) => line.startsWith('request')).map((line) => line.split(' ')[1])).toEqual(['D', 'G', 'F', 'D', 'F'])
  })

  it('a line that is cut comes back with the same numbers, and what was missed is sent again and counted once', async () => {
    const { adapter, updates } = await connect({ reconnectDelay: 200 })
    await adapter.submit(resting('C1'))
    acceptor.drop()
    await waitFor(() => { expect(kinds(updates)).toContain('gap') })
    acceptor.trade('C1', 4, '99.5')
    acceptor.trade('C1', 6, '99.25')
    await waitFor(() => { expect(kinds(updates).filter((kind) => kind === 'ready')).toHaveLength(2) })
    await waitFor(() => { expect(fills(updates).map(({ lastQuantity, lastPrice }) => `${lastQuantity} at ${lastPrice}`)).toEqual(['4 at 99.5', '6 at 99.25']) })
    expect(await adapter.submit(market('C2'))).toMatchObject({ kind: 'accepted' })
  })

  it('asked to send messages again it fills the places of orders: none is taken twice, and one that was lost so is found to be', async () => {
    const { adapter } = await connect({ answerTimeout: 500, absence: { visibilityLag: 0, historyComplete: true } })
    for (const id of ['C1', 'C2', 'C3']) expect(await adapter.submit(resting(id))).toMatchObject({ kind: 'accepted' })
    await acceptor.rewind(2)
    // It shows the gap and is inside it: its place is filled too, and the broker drops it.
    expect(await adapter.submit(resting('C4'))).toMatchObject({ kind: 'ambiguous' })
    expect(await adapter.lookup('C4')).toMatchObject({ kind: 'not_found' })
    expect(await adapter.submit(resting('C5'))).toMatchObject({ kind: 'accepted' })
    expect(acceptor.lines.filter((line) => line.startsWith('order'))).toEqual(['order C1', 'order C2', 'order C3', 'order C5'])
    expect(acceptor.lines.filter((line) => line.startsWith('request D'))).toHaveLength(4)
  })

  it('a restart goes on with its numbers and can ask for the orders of before', async () => {
    const { adapter } = await connect()
    await adapter.submit(resting('C1'))
    await adapter.close()
    acceptor.trade('C1', 3, '99.5')
    const { adapter: next, updates } = await connect()
    await waitFor(() => { expect(fills(updates)).toHaveLength(1) })
    expect(await next.lookup('C1')).toMatchObject({ kind: 'found', order: { status: 'partially_filled', filledQuantity: '3' } })
    expect(acceptor.lines.filter((line) => line === 'logon')).toHaveLength(2)
  })

  it('our process killed between send and acknowledgement: no order is lost or doubled, and every trade is heard of', { timeout: 60_000 + KILLS * 3000 }, async () => {
    const { said } = await runUntilKilled({ port: acceptor.port, store: join(folder, 'killed.fix'), version, kills: KILLS })
    const orders = acceptor.lines.filter((line) => line.startsWith('order ')).map((line) => line.slice('order '.length))
    const trades = acceptor.lines.filter((line) => line.startsWith('trade ')).map((line) => line.split(' ').at(-1) ?? '')
    expect(new Set(orders).size).toBe(orders.length)
    expect(acceptor.lines.filter((line) => line.startsWith('request D')).length, 'every order message came once').toBe(orders.length)
    expect(orders.filter((id) => !said('intent').includes(id)), 'orders without an intent').toEqual([])
    expect(said('accepted').filter((id) => !orders.includes(id)), 'accepted orders that the broker does not have').toEqual([])
    expect(said('not_sent').filter((id) => orders.includes(id)), 'orders that were said not to be sent').toEqual([])
    const heard = new Set(said('execution').map((id) => id.split('/').at(-1) ?? id))
    // The trades of the very last moment may still be on their way when the last process ends.
    expect(trades.slice(0, -4).filter((id) => !heard.has(id)), 'trades that were never heard of').toEqual([])
    expect(orders.length).toBeGreaterThan(KILLS)
  })
})
