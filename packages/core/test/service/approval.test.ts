import { generate } from 'otplib'
import { describe, expect, it } from 'vitest'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { totp } from '../../src/approval/totp/totp.ts'
import { challenge, defineGuard, type Guard } from '../../src/guards/guard.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import type { PendingApprovalOrder } from '../../src/order/order.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import type { LogFields, Logger } from '../../src/runtime/logger.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { proxyBroker } from '../support/broker-proxy.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld, type Running, type StartOptions, type World } from '../support/world.ts'

const SECRET = 'ZQCANARYZQCANARYJBSWY3DPEHPK3PXP'

/** Ten at 90 are worth 1001 at the ask: over the threshold. */
const over = (overrides: RequestOverrides = {}) => makeRequest({ limitPrice: '90', ...overrides })
const guards = (more: readonly Guard[] = []): readonly Guard[] => [highValueApproval({ above: '1001', window: 1, approvals: plainCodes() }), ...more]

async function open(options: StartOptions = {}): Promise<{ readonly world: World; readonly running: Running }> {
  const world = createWorld()
  return { world, running: await world.start({ guards: guards(), ...options }) }
}

async function challenged(world: World, { service }: Running, overrides: RequestOverrides = {}): Promise<PendingApprovalOrder> {
  const order = await world.until(service.placeOrder(over(overrides)))
  expect(order.status).toBe('pending_approval')
  return order as PendingApprovalOrder
}

describe('an order at the threshold', () => {
  it('I6: waits for approval and is not sent; one below it is sent', async () => {
    const { world, running } = await open()
    const { challenge: asked } = await challenged(world, running)
    expect(asked).toMatchObject({ method: 'plain', reasons: [{ code: 'APPROVAL_REQUIRED', limit: '1001', observed: '1001' }] })
    expect(running.broker.orders()).toEqual([])
    expect(await world.until(running.service.placeOrder(over({ quantity: '9.99', symbol: 'MSFT' })))).toMatchObject({ status: 'new' })
  })

  it('I6: is sent once with the right code, and the approval is bound to its digest', async () => {
    const { world, running } = await open()
    const { id, challenge: asked } = await challenged(world, running)
    expect(await world.until(running.service.approveOrder(id, { code: 'zqcanary-code-1', actor: 'ann' }))).toMatchObject({ id, status: 'new' })
    expect(running.broker.orders()).toHaveLength(1)
    const sent = (await world.history()).find(({ type }) => type === 'order_pending_new')
    expect(sent?.data).toMatchObject({ approval: { actor: 'ann', challengeId: asked.id, digest: asked.digest, method: 'plain' } })
  })

  it('B5: holds its reservation until it ends', async () => {
    const { world, running } = await open({ guards: guards([maxPosition({ quantity: '10' })]) })
    const { id } = await challenged(world, running)
    expect(await running.service.positions()).toMatchObject([{ workingBuy: '10' }])
    expect(await world.until(running.service.placeOrder(over({ quantity: '1' })))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED' } })
    expect(await world.until(running.service.cancelOrder(id))).toMatchObject({ status: 'canceled' })
    expect(await world.until(running.service.placeOrder(over({ quantity: '1' })))).toMatchObject({ status: 'new' })
  })

  it('that has ended takes no code', async () => {
    const { world, running } = await open()
    const { id } = await challenged(world, running)
    await world.until(running.service.cancelOrder(id))
    await expect(running.service.approveOrder(id, { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    await expect(running.service.approveOrder('nobody', { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
  })

  it('A2: that was proven never sent is challenged anew by its own key, and can then be approved', async () => {
    const world = createWorld()
    let cut = true
    const running = await world.start({
      guards: guards(),
      wrap: (inner) => proxyBroker(inner, { around: async (call, ask) => (cut && call === 'submit' ? ({ kind: 'not_sent', reason: 'no socket', retryable: true } as never) : ask()) }),
    })
    const { id } = await challenged(world, running, { idempotencyKey: 'one' })
    expect(await world.until(running.service.approveOrder(id, { code: 'zqcanary-code-1' }))).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    cut = false
    expect(await challenged(world, running, { idempotencyKey: 'one' })).toMatchObject({ id })
    expect(running.broker.orders()).toEqual([])
    expect(await world.until(running.service.approveOrder(id, { code: 'zqcanary-code-2' }))).toMatchObject({ id, status: 'new' })
    expect(await running.service.positions()).toMatchObject([{ workingBuy: '10' }])
  })
})

describe('a wrong code', () => {
  it('is counted down, and the last one ends the order', async () => {
    const { world, running } = await open({ approvalAttempts: 3 })
    const { id } = await challenged(world, running)
    for (const attemptsLeft of [2, 1, 0]) {
      await expect(running.service.approveOrder(id, { code: 'zqcanary-wrong' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED', attemptsLeft })
    }
    expect(await running.service.getOrderStatus(id)).toMatchObject({ status: 'denied', denial: { code: 'APPROVAL_LOCKED' } })
    await expect(running.service.approveOrder(id, { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    expect(running.broker.orders()).toEqual([])
  })

  it('counts over a restart', async () => {
    const { world, running } = await open({ approvalAttempts: 2 })
    const { id } = await challenged(world, running)
    await expect(running.service.approveOrder(id, { code: 'zqcanary-wrong' })).rejects.toMatchObject({ attemptsLeft: 1 })
    await world.until(running.service.close())
    const second = await world.start({ guards: guards(), approvalAttempts: 2 })
    await expect(second.service.approveOrder(id, { code: 'zqcanary-wrong' })).rejects.toMatchObject({ attemptsLeft: 0 })
    expect(await second.service.getOrderStatus(id)).toMatchObject({ denial: { code: 'APPROVAL_LOCKED' } })
  })
})

describe('a used code', () => {
  it('I6: approves no other order, and none after a restart', async () => {
    const { world, running } = await open()
    const first = await challenged(world, running)
    const second = await challenged(world, running, { symbol: 'MSFT' })
    await world.until(running.service.approveOrder(first.id, { code: 'zqcanary-code-1' }))
    await expect(running.service.approveOrder(second.id, { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await world.until(running.service.close())
    const again = await world.start({ guards: guards() })
    await expect(again.service.approveOrder(second.id, { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await world.until(again.service.approveOrder(second.id, { code: 'zqcanary-code-2' }))).toMatchObject({ status: 'new' })
    expect(again.broker.orders()).toHaveLength(2)
  })

  it('I6: of a hundred approvals with one code at once, on as many orders, exactly one passes', async () => {
    const { world, running } = await open({ maximumChallenges: 100 })
    const orders: PendingApprovalOrder[] = []
    for (let number = 0; number < 100; number += 1) orders.push(await challenged(world, running, { symbol: `S${number}` }))
    const results = await world.until(Promise.allSettled(orders.map(({ id }) => running.service.approveOrder(id, { code: 'zqcanary-code-1' }))))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(running.broker.orders()).toHaveLength(1)
  })
})

describe('the time for a code', () => {
  it('ends the order when it is over', async () => {
    const { world, running } = await open({ approvalTimeout: 60_000 })
    const { id } = await challenged(world, running)
    await world.clock.advance(60_001)
    expect(await running.service.getOrderStatus(id)).toMatchObject({ status: 'denied', denial: { code: 'APPROVAL_EXPIRED' } })
    await expect(running.service.approveOrder(id, { code: 'zqcanary-code-1' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    expect(await running.service.positions()).toMatchObject([{ workingBuy: '0' }])
  })

  it('B5: runs on while the process is down; the right code is too late from the first moment of the next one', async () => {
    const { world, running } = await open({ approvalTimeout: 60_000 })
    const { id } = await challenged(world, running)
    await world.until(running.service.close())
    await world.clock.advance(60_001)
    const broker = simulatedBroker({ latency: [0, 0], store: world.store })
    const starting = createExecutionService({ clock: world.clock, journal: world.journal, guards: guards(), broker })
    const approving = starting.then((service) => service.approveOrder(id, { code: 'zqcanary-code-1' }))
    await expect(world.until(approving)).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    expect(await (await starting).getOrderStatus(id)).toMatchObject({ status: 'denied', denial: { code: 'APPROVAL_EXPIRED' } })
    expect(broker.orders()).toEqual([])
  })

  it('B5: keeps what is left of it over a restart', async () => {
    const { world, running } = await open({ approvalTimeout: 60_000 })
    const { id } = await challenged(world, running)
    await world.until(running.service.close())
    await world.clock.advance(50_000)
    const second = await world.start({ guards: guards() })
    expect(await second.service.getOrderStatus(id)).toMatchObject({ status: 'pending_approval' })
    await world.clock.advance(10_001)
    expect(await second.service.getOrderStatus(id)).toMatchObject({ denial: { code: 'APPROVAL_EXPIRED' } })
  })
})

describe('the second decision', () => {
  it('B5: denies what the guards allowed at the challenge and do not allow any more', async () => {
    let allowed = true
    const moody = defineGuard({ name: 'moody', options: null, check: () => (allowed ? { verdict: 'allow' } : { verdict: 'reject', code: 'MOOD', message: 'not now' }) })
    const { world, running } = await open({ guards: guards([moody]) })
    const { id } = await challenged(world, running)
    allowed = false
    expect(await world.until(running.service.approveOrder(id, { code: 'zqcanary-code-1' }))).toMatchObject({ status: 'denied', denial: { code: 'MOOD' } })
    expect(running.broker.orders()).toEqual([])
  })

  it('B5: sees what was filled meanwhile, in another process that held no reservation for the order', async () => {
    const { world, running } = await open({ guards: guards([maxPosition({ quantity: '15' })]) })
    const { id } = await challenged(world, running)
    await world.until(running.service.close())
    // The limit is lower now: nine of the ten that are asked for.
    const second = await world.start({ guards: guards([maxPosition({ quantity: '9' })]) })
    expect(await world.until(second.service.approveOrder(id, { code: 'zqcanary-code-1' }))).toMatchObject({ denial: { code: 'POSITION_LIMIT_EXCEEDED' } })
  })

  it('E1: holds while the price is no worse by more than half a percent', async () => {
    const { world, running } = await open()
    const { id } = await challenged(world, running)
    world.setPrices('100.3', '100.5')
    await world.clock.advance(500)
    expect(await world.until(running.service.approveOrder(id, { code: 'zqcanary-code-1' }))).toMatchObject({ status: 'new' })
    const other = await challenged(world, running, { symbol: 'MSFT' })
    world.setPrices('101', '101.2')
    await world.clock.advance(500)
    expect(await world.until(running.service.approveOrder(other.id, { code: 'zqcanary-code-2' }))).toMatchObject({ status: 'denied', denial: { code: 'APPROVAL_PRICE_DRIFT' } })
    expect(running.broker.orders()).toHaveLength(1)
  })

  it('takes the challenges of any guard, with a number, a name or nothing observed', async () => {
    const asking = (name: string, measured: { readonly observed?: string }): Guard => defineGuard({ name, options: null, check: () => challenge(`ASK_${name.toUpperCase()}`, 'ask somebody', measured) })
    const { world, running } = await open({ guards: [asking('number', { observed: '5' }), asking('named', { observed: 'friday' }), asking('plain', {})], approvals: plainCodes() })
    const { id, challenge: asked } = await challenged(world, running)
    expect(asked.reasons).toHaveLength(3)
    expect(await world.until(running.service.approveOrder(id, { code: 'zqcanary-code-1' }))).toMatchObject({ status: 'new' })
  })
})

describe('time-based one-time codes', () => {
  const codeAt = (time: number): Promise<string> => generate({ secret: SECRET, strategy: 'totp', epoch: Math.floor(time / 1000) })

  function capturing(lines: string[]): Logger {
    const line = (message: string, fields?: LogFields): void => { lines.push(JSON.stringify([message, fields])) }
    return { debug: line, info: line, warn: line, error: line }
  }

  it('I6: one of the running step works once; one of another person or of an old step never does', async () => {
    const { world, running } = await open({ guards: [highValueApproval({ above: '1001', window: 1, approvals: totp({ secretOf: (actor) => (actor === 'ann' ? SECRET : undefined) }) })] })
    const first = await challenged(world, running)
    const second = await challenged(world, running, { symbol: 'MSFT' })
    const code = await codeAt(world.clock.now())
    await expect(running.service.approveOrder(first.id, { code, actor: 'bob' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await expect(running.service.approveOrder(first.id, { code: await codeAt(world.clock.now() - 120_000), actor: 'ann' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await world.until(running.service.approveOrder(first.id, { code, actor: 'ann' }))).toMatchObject({ status: 'new' })
    await expect(running.service.approveOrder(second.id, { code, actor: 'ann' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await world.clock.advance(30_000)
    expect(await world.until(running.service.approveOrder(second.id, { code: await codeAt(world.clock.now()), actor: 'ann' }))).toMatchObject({ status: 'new' })
  })

  it('I12: neither codes nor secrets are in any event, alert, error or log line', async () => {
    const lines: string[] = []
    const wrong = '918273'
    const { world, running } = await open({
      logger: capturing(lines),
      guards: [highValueApproval({ above: '1001', approvals: totp({ secretOf: (actor) => { if (actor === 'eve') throw new Error(`no secret like ${SECRET}`); return SECRET } }) })],
    })
    const published: unknown[] = []
    running.service.on('event', (event) => published.push(event))
    const { id } = await challenged(world, running)
    const code = await codeAt(world.clock.now())
    const errors: string[] = []
    const failing = async (attempt: Promise<unknown>): Promise<void> => {
      const error = await attempt.then(() => undefined, (reason: unknown) => reason)
      errors.push(JSON.stringify(error, Object.getOwnPropertyNames(error)), String(error), String((error as Error).stack))
    }
    await failing(running.service.approveOrder(id, { code: wrong }))
    await failing(running.service.approveOrder(id, { code, actor: 'eve' }))
    await world.until(running.service.approveOrder(id, { code }))
    await failing(running.service.approveOrder(id, { code }))
    await world.until(running.service.killSwitch.engage({ reason: 'test' }))
    await failing(running.service.killSwitch.release({ reason: 'test', code }))
    await failing(running.service.killSwitch.release({ reason: 'test', code: wrong }))
    const everything = JSON.stringify([lines, published, errors, running.alerts, await world.history(), await world.history('*')])
    expect(published.length).toBeGreaterThan(3)
    expect(errors).toHaveLength(15)
    for (const canary of [SECRET, code, wrong]) expect(everything).not.toContain(canary)
  })
})
