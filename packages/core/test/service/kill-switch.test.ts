import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { KILL_LEVELS } from '../../src/kill-switch/kill-state.ts'
import type { KillScope } from '../../src/order/event.ts'
import { sleep } from '../../src/runtime/clock.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { proxyBroker } from '../support/broker-proxy.ts'
import { plainCodes } from '../support/codes.ts'
import { fickleJournal } from '../support/slow-journal.ts'
import { createWorld, type Running, type World } from '../support/world.ts'

const reason = 'test'

/** Far from the market of 99.90 to 100.10, so that it works and does not trade. */
const resting = (overrides: RequestOverrides = {}) => makeRequest({ limitPrice: '90', ...overrides })
const place = (world: World, { service }: Running, overrides: RequestOverrides = {}) => world.until(service.placeOrder(resting(overrides)))
const buyAtMarket = (world: World, { service }: Running, quantity: string) => world.until(service.placeOrder(makeRequest({ type: 'market', quantity })))
const working = ({ broker }: Running): string[] => broker.orders().filter(({ status }) => status === 'new' || status === 'partially_filled').map(({ side, quantity, symbol }) => `${side} ${quantity} ${symbol}`)

/** Writes at once and reaches the broker later: the order is on the wire when the kill switch is engaged. */
const slowWire = (world: World, delay: number, slow: (symbol: string) => boolean = () => true) => (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner,
  submit: async (order) => {
    if (!order.permit()) return { kind: 'not_sent', reason: 'no permit', retryable: true }
    if (slow(order.terms.symbol)) await sleep(world.clock, delay)
    return inner.submit({ ...order, permit: () => true })
  },
})

describe('a scope', () => {
  const cases: readonly (readonly [KillScope, RequestOverrides, RequestOverrides | undefined])[] = [
    ['global', {}, undefined],
    ['broker:main', {}, undefined],
    ['account:main', {}, undefined],
    ['strategy:alpha', { strategy: 'alpha' }, { strategy: 'beta' }],
    ['symbol:AAPL', { symbol: 'AAPL' }, { symbol: 'MSFT' }],
  ]
  it.each(cases)('I5: %s stops what it covers and nothing else', async (scope, covered, free) => {
    const world = createWorld()
    const running = await world.start()
    await world.until(running.service.killSwitch.engage({ scope, level: 'no_new', reason }))
    expect(await place(world, running, covered)).toMatchObject({ status: 'denied', denial: { code: 'KILL_SWITCH_ENGAGED', limit: scope } })
    if (free !== undefined) expect(await place(world, running, free)).toMatchObject({ status: 'new' })
  })

  it('that does not exist, a level that does not exist and a missing reason are refused', async () => {
    const { service } = await createWorld().start()
    await expect(service.killSwitch.engage({ scope: 'desk:1' as 'global', reason })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    await expect(service.killSwitch.engage({ level: 'vaporise' as 'flatten', reason })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    await expect(service.killSwitch.engage({ reason: ' ' })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    expect(service.killSwitch.status().engaged).toEqual([])
  })
})

describe('engage', () => {
  it.each(KILL_LEVELS)('C1: cancels pass at level %s', async (level) => {
    const world = createWorld()
    const running = await world.start()
    await buyAtMarket(world, running, '5')
    const order = await place(world, running, { side: 'sell', quantity: '5', limitPrice: '110' })
    await world.until(running.service.killSwitch.engage({ level, reason }))
    expect(await world.until(running.service.cancelOrder(order.id))).toMatchObject({ status: 'canceled' })
  })

  it('reports what is in flight, working and unknown', async () => {
    const world = createWorld()
    const running = await world.start({
      submitTimeout: 1000,
      wrap: (inner) => ({
        ...inner,
        submit: (order) => (order.terms.symbol === 'AAPL' ? inner.submit(order) : new Promise(() => undefined)),
        lookup: async () => ({ kind: 'indeterminate', reason: 'no answer' }),
      }),
    })
    const { service } = running
    const first = await place(world, running)
    const lost = await place(world, running, { symbol: 'MSFT' })
    const flying = service.placeOrder(resting({ symbol: 'TSLA' }))
    await world.clock.advance(10)
    const report = await world.until(service.killSwitch.engage({ reason }))
    const [third] = await service.listOrders({ symbol: 'TSLA' })
    expect(report).toEqual({ epoch: 1, durable: true, working: [first.id], unknown: [lost.id], inFlight: [third?.id] })
    expect(await world.until(flying)).toMatchObject({ id: third?.id })
  })

  it('F1: at cancel_all leaves nothing working, the stragglers that arrive later included', async () => {
    const world = createWorld()
    const running = await world.start({ wrap: slowWire(world, 3000, (symbol) => symbol === 'TSLA') })
    await place(world, running)
    const straggler = running.service.placeOrder(resting({ symbol: 'TSLA' }))
    await world.clock.advance(10)
    const report = await world.until(running.service.killSwitch.engage({ reason }))
    expect([report.working.length, report.inFlight.length]).toEqual([1, 1])
    await world.clock.advance(1000)
    expect(working(running)).toEqual([])
    await world.until(straggler)
    await world.clock.advance(20_000)
    expect(running.broker.orders().map(({ status }) => status)).toEqual(['canceled', 'canceled'])
  })

  it('F1: cancels again what the broker refused to cancel, until it is gone', async () => {
    const world = createWorld()
    let refusals = 0
    const running = await world.start({
      wrap: (inner) => ({ ...inner, cancel: async (command) => (refusals < 3 ? { kind: 'refused', code: `BUSY_${refusals += 1}`, message: 'not now' } : inner.cancel(command)) }),
    })
    await place(world, running)
    await world.until(running.service.killSwitch.engage({ reason }))
    expect(working(running)).toHaveLength(1)
    await world.clock.advance(5000)
    expect([refusals, working(running)]).toEqual([3, []])
  })

  it('F1: a later one does not wait for the sweep of an earlier one', async () => {
    const world = createWorld()
    const running = await world.start({ wrap: slowWire(world, 8000, (symbol) => symbol === 'TSLA') })
    await place(world, running, { symbol: 'MSFT' })
    void running.service.placeOrder(resting({ symbol: 'TSLA' }))
    await world.clock.advance(10)
    await world.until(running.service.killSwitch.engage({ scope: 'symbol:TSLA', reason }))
    await world.clock.advance(100)
    expect(working(running)).toEqual(['buy 10 MSFT'])
    await world.until(running.service.killSwitch.engage({ scope: 'symbol:MSFT', reason }))
    await world.clock.advance(200)
    expect(working(running)).toEqual([])
  })

  it('E4: at reduce_only cancels what does not reduce, keeps what does and lets reducing orders pass, never through zero', async () => {
    const world = createWorld()
    const running = await world.start()
    await buyAtMarket(world, running, '10')
    await place(world, running, { quantity: '3' })
    await place(world, running, { side: 'sell', quantity: '4', limitPrice: '110' })
    await world.until(running.service.killSwitch.engage({ level: 'reduce_only', reason }))
    await world.clock.advance(1000)
    expect(working(running)).toEqual(['sell 4 AAPL'])
    expect(await place(world, running, { quantity: '1' })).toMatchObject({ denial: { code: 'KILL_SWITCH_REDUCE_ONLY' } })
    // Four of ten are spoken for: six more close the position, seven would open a short.
    expect(await place(world, running, { side: 'sell', quantity: '7', limitPrice: '110' })).toMatchObject({ denial: { code: 'KILL_SWITCH_REDUCE_ONLY' } })
    expect(await place(world, running, { side: 'sell', quantity: '6', limitPrice: '99' })).toMatchObject({ status: 'filled' })
    await world.clock.advance(1000)
    expect(await place(world, running, { side: 'sell', quantity: '1', limitPrice: '99' })).toMatchObject({ denial: { code: 'KILL_SWITCH_REDUCE_ONLY' } })
    expect(await running.service.positions()).toMatchObject([{ quantity: '4', workingSell: '4' }])
  })

  it('E4: at reduce_only sweeps an order whose replace lands afterwards and makes it more than reducing', async () => {
    const world = createWorld()
    const running = await world.start({
      wrap: (inner) => ({
        ...inner,
        replace: async (order) => {
          order.permit()
          await sleep(world.clock, 300)
          return inner.replace({ ...order, permit: () => true })
        },
      }),
    })
    await buyAtMarket(world, running, '10')
    const order = await place(world, running, { side: 'sell', quantity: '4', limitPrice: '110' })
    const replaced = running.service.replaceOrder(order.id, { quantity: '15' })
    await world.clock.advance(100)
    await world.until(running.service.killSwitch.engage({ level: 'reduce_only', reason }))
    await world.until(replaced)
    await world.clock.advance(1000)
    expect(working(running)).toEqual([])
  })

  it('B5: at no_new and above ends the challenges under it; a code that comes later sends nothing', async () => {
    const world = createWorld()
    const running = await world.start({ guards: [highValueApproval({ above: '500', approvals: plainCodes() })] })
    const order = await place(world, running)
    expect(order.status).toBe('pending_approval')
    await world.until(running.service.killSwitch.engage({ level: 'no_new', reason }))
    expect(await running.service.getOrderStatus(order.id)).toMatchObject({ status: 'denied', denial: { code: 'KILL_SWITCH_ENGAGED' } })
    await expect(running.service.approveOrder(order.id, { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    expect(running.broker.orders()).toEqual([])
  })

  it('a later one at a lower level never lowers it', async () => {
    const world = createWorld()
    const running = await world.start()
    const { killSwitch } = running.service
    await world.until(killSwitch.engage({ level: 'cancel_all', reason }))
    await world.until(killSwitch.engage({ level: 'reduce_only', reason }))
    expect(killSwitch.status()).toMatchObject({ epoch: 2, engaged: [{ level: 'cancel_all' }] })
    expect(await place(world, running)).toMatchObject({ denial: { code: 'KILL_SWITCH_ENGAGED' } })
  })

  it.each(['fails', 'hangs'] as const)('I5: blocks and sweeps at once when the journal %s, and says within a second that it is not durable', async (mode) => {
    const world = createWorld()
    const journal = fickleJournal(world.journal)
    const running = await world.start({ journal })
    await place(world, running)
    journal.mode = mode
    const engaging = running.service.killSwitch.engage({ reason })
    expect(running.service.killSwitch.status().engaged).toMatchObject([{ scope: 'global', level: 'cancel_all' }])
    await world.clock.advance(100)
    expect(working(running)).toEqual([])
    await world.clock.advance(950)
    expect(await world.until(engaging, 0)).toMatchObject({ durable: false, working: [expect.any(String)] })
    const late = running.service.placeOrder(resting())
    late.catch(() => undefined)
    await world.clock.advance(20_000)
    expect(running.broker.orders()).toHaveLength(1)
  })

  it('I5: blocks and sweeps when the journal throws instead of rejecting', async () => {
    const world = createWorld()
    let broken = false
    const journal = { ...world.journal, append: (...batch: Parameters<typeof world.journal.append>) => { if (broken) throw new Error('gone'); return world.journal.append(...batch) } }
    const running = await world.start({ journal })
    await place(world, running)
    broken = true
    expect(await world.until(running.service.killSwitch.engage({ reason }))).toMatchObject({ durable: false })
    await world.clock.advance(100)
    expect(working(running)).toEqual([])
  })
})

describe('release', () => {
  const withCodes = async () => {
    const world = createWorld()
    const running = await world.start({ approvals: plainCodes() })
    await world.until(running.service.killSwitch.engage({ reason }))
    return { world, running, killSwitch: running.service.killSwitch }
  }

  it('needs a fresh code and a reason: missing, wrong and used ones are refused', async () => {
    const { killSwitch, running, world } = await withCodes()
    for (const code of [undefined, '', 'wrong']) {
      await expect(killSwitch.release({ reason, ...(code !== undefined && { code }) })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    }
    await expect(killSwitch.release({ reason: '', code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    expect(killSwitch.status().engaged).toHaveLength(1)
    expect(await killSwitch.release({ reason, code: 'zqcanary-code-1' })).toMatchObject({ engaged: [] })
    expect(await place(world, running)).toMatchObject({ status: 'new' })
    await world.until(killSwitch.engage({ reason }))
    await expect(killSwitch.release({ reason, code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
  })

  it('opens one scope and leaves the others', async () => {
    const { killSwitch, world } = await withCodes()
    await world.until(killSwitch.engage({ scope: 'symbol:AAPL', reason }))
    await killSwitch.release({ reason, code: 'zqcanary-code-1' })
    expect(killSwitch.status().engaged).toMatchObject([{ scope: 'symbol:AAPL' }])
  })

  it('does not undo what is engaged while its code is being checked', async () => {
    const world = createWorld()
    const checked = Promise.withResolvers<undefined>()
    const codes = plainCodes()
    const running = await world.start({ approvals: { ...codes, verify: async (attempt) => { await checked.promise; return codes.verify(attempt) } } })
    const { killSwitch } = running.service
    await world.until(killSwitch.engage({ level: 'reduce_only', reason }))
    const releasing = killSwitch.release({ reason, code: 'zqcanary-code-1' })
    await world.until(killSwitch.engage({ level: 'cancel_all', reason: 'worse' }))
    checked.resolve(undefined)
    await expect(releasing).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
    expect(killSwitch.status().engaged).toMatchObject([{ level: 'cancel_all', reason: 'worse' }])
  })
})

describe('a restart', () => {
  it('F4: never releases', async () => {
    const world = createWorld()
    const first = await world.start({ approvals: plainCodes() })
    expect(await world.until(first.service.killSwitch.engage({ level: 'no_new', reason }))).toMatchObject({ durable: true })
    await world.until(first.service.close())
    const second = await world.start({ approvals: plainCodes() })
    expect(second.service.killSwitch.status()).toMatchObject({ epoch: 1, engaged: [{ level: 'no_new' }] })
    expect(await place(world, second)).toMatchObject({ denial: { code: 'KILL_SWITCH_ENGAGED' } })
    await expect(second.service.killSwitch.release({ reason })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
  })

  it.each(['cancel_all', 'reduce_only'] as const)('F1: at %s resumes the sweep that the death of the process cut off', async (level) => {
    const world = createWorld()
    const first = await world.start({ wrap: (inner) => proxyBroker(inner, { around: (call, ask) => (call === 'cancel' ? new Promise(() => undefined) : ask()) }) })
    await place(world, first)
    await world.until(first.service.killSwitch.engage({ level, reason }))
    await world.clock.advance(100)
    expect(working(first)).toEqual(['buy 10 AAPL'])
    await first.broker.close()
    const second = await world.start()
    await world.clock.advance(1000)
    expect(second.broker.orders().map(({ status }) => status)).toEqual(['canceled'])
  })
})
