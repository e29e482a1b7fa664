import { describe, expect, it } from 'vitest'
import { allow, defineGuard, type Guard } from '../../src/guards/guard.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxPosition, type MaxPositionOptions } from '../../src/guards/max-position.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import { valueWindow } from '../../src/guards/value-window.ts'
import type { EventOf } from '../../src/order/event.ts'
import type { LimitsCommand } from '../../src/service/limits-control.ts'
import { makeRequest } from '../../src/testing/makers.ts'
import { plainCodes } from '../support/codes.ts'
import { openDesk } from '../support/open-service.ts'
import { createWorld, type Running, type StartOptions, type World } from '../support/world.ts'

const tighten: LimitsCommand = { guard: 'max-position', options: { quantity: '50' }, reason: 'drill' }
const loosen: LimitsCommand = { guard: 'max-position', options: { quantity: '500' }, reason: 'drill' }
const position = (options: Partial<MaxPositionOptions> = {}): Guard => maxPosition({ quantity: '100', ...options })

const start = (world: World, options: StartOptions = {}): Promise<Running> => world.start({ guards: [position()], ...options })
const limitOf = async ({ service }: Running): Promise<unknown> =>
  (await service.guards()).flatMap(({ name, options }) => (name === 'max-position' ? [(options as unknown as MaxPositionOptions).quantity] : []))[0]
const changes = async (world: World): Promise<EventOf<'limits_changed'>['data'][]> => (await world.history('*')).flatMap((event) => (event.type === 'limits_changed' ? [event.data] : []))
const status = async (world: World, { service }: Running, quantity: string): Promise<string> => (await world.until(service.placeOrder(makeRequest({ quantity, limitPrice: '50' })))).status

describe('limits.update', () => {
  it('a stricter limit is in force in the tick of the call, and journaled', async () => {
    const world = createWorld()
    const running = await start(world)
    const updating = running.service.limits.update(tighten)
    expect(await limitOf(running)).toBe('50')
    expect(await world.until(updating)).toEqual({ version: 2, tightened: ['max-position.quantity'], loosened: [] })
    expect([await status(world, running, '51'), await status(world, running, '50')]).toEqual(['denied', 'new'])
    expect((await changes(world)).at(-1)).toMatchObject({
      version: 2, memory: 'kept', actor: 'local', reason: 'drill', tightened: ['max-position.quantity'], loosened: [],
      configured: [{ name: 'max-position', options: { quantity: '100' } }],
    })
  })

  it('a looser limit needs a code where codes are configured, and nothing changes without one', async () => {
    const world = createWorld()
    const running = await start(world, { approvals: plainCodes() })
    for (const code of [undefined, 'wrong']) {
      await expect(world.until(running.service.limits.update({ ...loosen, ...(code !== undefined && { code }) }))).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
      expect(await limitOf(running)).toBe('100')
    }
    expect(await world.until(running.service.limits.update({ ...loosen, code: 'zqcanary-code-1', actor: 'ada' }))).toMatchObject({ loosened: ['max-position.quantity'] })
    expect([await status(world, running, '500'), (await changes(world)).at(-1)]).toMatchObject(['new', { actor: 'ada', approval: 'plain' }])
    await expect(world.until(running.service.limits.update({ ...loosen, options: { quantity: '600' }, code: 'zqcanary-code-1', actor: 'ada' }))).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    // One looser part makes the whole change looser.
    await expect(world.until(running.service.limits.update({ ...tighten, options: { quantity: '10', shortQuantity: '900' } }))).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await limitOf(running)).toBe('500')
  })

  it('on paper without codes a reason is enough; a reason there must be', async () => {
    const world = createWorld()
    const running = await start(world)
    await expect(running.service.limits.update({ ...loosen, reason: ' ' })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    expect(await world.until(running.service.limits.update(loosen))).toMatchObject({ version: 2 })
  })

  it('null takes an option away: that loosens; what changes nothing records nothing', async () => {
    const world = createWorld()
    const running = await start(world, { guards: [position({ shortQuantity: '5' })], approvals: plainCodes() })
    await expect(world.until(running.service.limits.update({ ...tighten, options: { shortQuantity: null } }))).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await world.until(running.service.limits.update({ ...tighten, options: { quantity: '100' } }))).toEqual({ version: 1, tightened: [], loosened: [] })
    expect(await changes(world)).toHaveLength(1)
  })

  it('refuses what it does not know, what it cannot read, and what memory depends on', async () => {
    const world = createWorld()
    const fixed = defineGuard({ name: 'fixed', options: { most: 5 }, check: () => allow }) as Guard
    const running = await start(world, { guards: [position(), valueWindow({ value: '100000' }), messageRate({ perSecond: 5 }), fixed] as Guard[] })
    const update = (guard: string, options: Record<string, unknown>, expected: object) =>
      expect(running.service.limits.update({ guard, options, reason: 'drill' })).rejects.toMatchObject(expected)
    await update('unheard', {}, { code: 'ORDER_INVALID', issues: [{ path: ['guard'], rule: 'unknown' }] })
    await update('fixed', { most: 4 }, { code: 'ORDER_INVALID', issues: [{ rule: 'fixed' }] })
    await update('message-rate', { perSecond: 4 }, { issues: [{ rule: 'fixed' }] })
    await update('value-window', { seconds: 600 }, { issues: [{ rule: 'restart' }] })
    await update('max-position', { quantitty: '5' }, { issues: [{ rule: 'unknown_field' }], message: 'max-position has no option quantitty; it has quantity, shortQuantity, symbols' })
    await update('max-position', { quantity: '-5' }, { code: 'CONFIGURATION_INVALID' })
    await update('max-position', { quantity: 5n }, { code: 'CONFIGURATION_INVALID' })
    expect([await limitOf(running), (await changes(world)).length]).toEqual(['100', 1])
  })

  it('an order decided before, and not yet written, is decided again', async () => {
    const desk = await openDesk({ guards: [position()] })
    desk.broker.writesAtOnce = false
    const placed = await desk.place({ quantity: '80', limitPrice: '50' })
    await desk.service.limits.update(tighten)
    expect(desk.lastSubmit().write()).toBe(false)
    await desk.settle()
    expect(placed.value).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    const small = await desk.place({ quantity: '50', limitPrice: '50' })
    expect(desk.lastSubmit().write()).toBe(true)
    expect(small.ended).toBe(false)
  })

  it('memory goes on under the new limits', async () => {
    const world = createWorld()
    const running = await start(world, { guards: [valueWindow({ value: '100000' })] as unknown as Guard[] })
    await status(world, running, '40')
    await world.until(running.service.limits.update({ guard: 'value-window', options: { value: '5000' }, reason: 'drill' }))
    expect([await status(world, running, '10'), await status(world, running, '9')]).toEqual(['denied', 'new'])
  })

  it('a limit that cannot be journaled stops new orders', async () => {
    const desk = await openDesk({ guards: [position()] })
    desk.journal.fail('before_write')
    await expect(desk.service.limits.update(tighten)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    await expect(desk.service.placeOrder(makeRequest())).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  })
})

describe('a restart', () => {
  async function changed(command: LimitsCommand): Promise<World> {
    const world = createWorld()
    const { service } = await start(world)
    await world.until(service.limits.update(command))
    await world.until(service.close())
    return world
  }

  it('keeps what was changed while the service ran, tighter or looser', async () => {
    for (const command of [tighten, loosen]) {
      const world = await changed(command)
      for (let times = 0; times < 3; times += 1) {
        const running = await start(world)
        expect(await limitOf(running)).toBe(command.options['quantity'])
        await world.until(running.service.close())
      }
    }
  })

  it('takes the code\'s limit where that is stricter, and says so', async () => {
    const world = await changed(tighten)
    const running = await start(world, { guards: [position({ quantity: '20' })] })
    expect(await limitOf(running)).toBe('20')
    expect((await changes(world)).at(-1)).toMatchObject({ memory: 'rebuilt', tightened: ['max-position.quantity'], loosened: [] })
  })

  it('is refused where the code says otherwise and is not stricter, until somebody states which holds', async () => {
    const options = { guards: [position({ quantity: '80' })] }
    const world = await changed(tighten)
    await expect(start(world, options)).rejects.toMatchObject({ code: 'LIMITS_CONFLICT', message: expect.stringContaining('max-position.quantity') as string })
    const kept = await start(world, { ...options, limits: 'journal' })
    expect(await limitOf(kept)).toBe('50')
    await world.until(kept.service.close())
    const codes = await start(world, { ...options, limits: 'code' })
    expect([await limitOf(codes), (await changes(world)).at(-1)]).toMatchObject(['80', { loosened: ['max-position.quantity'] }])
  })

  it('a guard that nobody changed while it ran is the code\'s affair', async () => {
    const world = createWorld()
    const { service } = await start(world)
    await world.until(service.close())
    const again = await start(world, { guards: [position({ quantity: '900' }), highValueApproval({ above: '1000000', approvals: plainCodes() })] as Guard[] })
    expect([await limitOf(again), (await changes(world)).at(-1)]).toMatchObject(['900', { tightened: ['high-value-approval'], loosened: ['max-position.quantity'] }])
  })
})
