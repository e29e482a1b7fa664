import { describe, expect, it } from 'vitest'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { orderQuantity } from '../../src/guards/order-quantity.ts'
import { sleep } from '../../src/runtime/clock.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld, type Running, type StartOptions, type World } from '../support/world.ts'

const guards = [highValueApproval({ above: '500', approvals: plainCodes() })]

async function open(options: StartOptions = {}): Promise<{ readonly world: World; readonly running: Running }> {
  const world = createWorld()
  return { world, running: await world.start({ guards, ...options }) }
}

const place = (world: World, { service }: Running, symbol = 'AAPL') => world.until(service.placeOrder(makeRequest({ symbol, limitPrice: '90' })))
const release = async ({ service }: Running, code: string, actor: string): Promise<string> =>
  service.killSwitch.release({ reason: 'test', code, actor }).then(() => 'released', (error: { code: string; attemptsLeft?: number }) => (error.attemptsLeft === 0 ? 'locked' : error.code))

describe('a person with wrong codes in a row', () => {
  it('is locked after ten of them, on whatever they were given, and no right code opens; another person does', async () => {
    const { world, running } = await open()
    await world.until(running.service.killSwitch.engage({ level: 'reduce_only', reason: 'test' }))
    for (let wrong = 1; wrong <= 10; wrong += 1) expect(await release(running, 'wrong', 'ann')).toBe('APPROVAL_REFUSED')
    expect(await release(running, 'zqcanary-code-1', 'ann')).toBe('locked')
    await expect(running.service.unlockApprover('ann', { actor: 'ann', code: 'zqcanary-code-2' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await expect(running.service.unlockApprover('ann', { actor: 'bob', code: 'zqcanary-wrong' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await release(running, 'zqcanary-code-3', 'ann')).toBe('locked')
    await running.service.unlockApprover('ann', { actor: 'bob', code: 'zqcanary-code-1' })
    expect(await release(running, 'zqcanary-code-4', 'ann')).toBe('released')
  })

  it('stays locked over a restart, unless whoever starts the service unlocks', async () => {
    const { world, running } = await open({ approverAttempts: 2 })
    await world.until(running.service.killSwitch.engage({ level: 'reduce_only', reason: 'test' }))
    for (const _ of [1, 2]) await release(running, 'wrong', 'ann')
    await world.until(running.service.close())
    const second = await world.start({ guards, approverAttempts: 2 })
    expect(await release(second, 'zqcanary-code-1', 'ann')).toBe('locked')
    await world.until(second.service.close())
    const third = await world.start({ guards, approverAttempts: 2, unlockApprovers: ['ann', 'nobody'] })
    expect(await release(third, 'zqcanary-code-1', 'ann')).toBe('released')
    const events = await world.history('*')
    expect(events.flatMap((event) => (event.type === 'approval_checked' ? [`${event.data.approver} ${event.data.step}`] : []))).toEqual(['ann asked', 'ann asked', 'ann unlocked', 'ann asked', 'ann accepted'])
  })

  it('begins anew after a right one', async () => {
    const { world, running } = await open({ approverAttempts: 2 })
    for (const code of ['zqcanary-code-1', 'zqcanary-code-2', 'zqcanary-code-3']) {
      await world.until(running.service.killSwitch.engage({ level: 'reduce_only', reason: 'test' }))
      expect(await release(running, 'wrong', 'ann')).toBe('APPROVAL_REFUSED')
      expect(await release(running, code, 'ann')).toBe('released')
    }
  })

  it('gets no more attempts by asking all at once', async () => {
    const { world, running } = await open()
    await world.until(running.service.killSwitch.engage({ level: 'reduce_only', reason: 'test' }))
    const answers = await Promise.all(Array.from({ length: 50 }, () => release(running, 'wrong', 'ann')))
    expect(answers.filter((answer) => answer !== 'locked')).toHaveLength(10)
  })
})

describe('challenges', () => {
  it('of an account are three at once; the next order is denied until one ends', async () => {
    const { world, running } = await open()
    const [first] = [await place(world, running, 'A'), await place(world, running, 'B'), await place(world, running, 'C')]
    expect(await place(world, running, 'D')).toMatchObject({ status: 'denied', denial: { code: 'APPROVALS_PENDING', limit: '3', observed: '3' } })
    await world.until(running.service.cancelOrder(first.id))
    expect(await place(world, running, 'E')).toMatchObject({ status: 'pending_approval' })
  })

  it('that are one too many take no warning along: the next order gives it', async () => {
    const { world, running } = await open({ guards: [...guards, orderQuantity({ quantity: '10' })] })
    const ask = (symbol: string, quantity: string) => world.until(running.service.placeOrder(makeRequest({ symbol, quantity, limitPrice: '90' })))
    const [first] = [await ask('A', '6'), await ask('B', '6'), await ask('C', '6')]
    expect(await ask('D', '10')).toMatchObject({ denial: { code: 'APPROVALS_PENDING' } })
    await world.until(running.service.cancelOrder(first.id))
    const warned = await ask('E', '10')
    expect((await world.history()).filter(({ type }) => type === 'limit_warning')).toMatchObject([{ data: { guard: 'order-quantity', percent: 90, orderId: warned.id } }])
  })

  it('with four eyes are not answered by who placed the order', async () => {
    const { world, running } = await open({ fourEyes: true })
    const order = await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' }), { actor: 'ann' }))
    await expect(running.service.approveOrder(order.id, { code: 'zqcanary-code-1', actor: 'ann' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await world.until(running.service.approveOrder(order.id, { code: 'zqcanary-code-1', actor: 'bob' }))).toMatchObject({ status: 'new' })
  })

  it('I1, I2: approved before they are durable send the order once, and not before the approval is durable', async () => {
    const world = createWorld()
    const submits: number[] = []
    const running = await world.start({
      guards,
      journal: { ...world.journal, append: async (lease, batch) => { const done = await world.journal.append(lease, batch); if (lease.account === 'main') await sleep(world.clock, 500); return done } },
      wrap: (inner) => ({ ...inner, submit: (order) => { submits.push(world.clock.monotonic()); return inner.submit(order) } }),
    })
    const placing = running.service.placeOrder(makeRequest({ limitPrice: '90' }))
    await world.clock.advance(100)
    const approvedAt = world.clock.monotonic()
    const [order] = await running.service.listOrders()
    const approving = running.service.approveOrder(order?.id ?? '', { code: 'zqcanary-code-1' })
    expect(await Promise.all([world.until(placing), world.until(approving)])).toMatchObject([{ status: 'new' }, { status: 'new' }])
    expect(submits).toHaveLength(1)
    expect(submits[0]).toBeGreaterThanOrEqual(approvedAt + 500)
  })
})
