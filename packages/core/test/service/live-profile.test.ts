import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { automatedExecution } from '../../src/guards/automated-execution.ts'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { duplicateOrder } from '../../src/guards/duplicate-order.ts'
import { grossExposure } from '../../src/guards/gross-exposure.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import { orderQuantity } from '../../src/guards/order-quantity.ts'
import { orderValue } from '../../src/guards/order-value.ts'
import { priceCollar } from '../../src/guards/price-collar.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { makeRequest } from '../../src/testing/makers.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld, type Running, type StartOptions, type World } from '../support/world.ts'

const LIMITS = [
  priceCollar({ percent: '60' }), orderValue({ reject: '100000' }), orderQuantity({ quantity: '1000' }), messageRate({ perSecond: 50 }), maxPosition({ quantity: '1000' }),
  grossExposure({ gross: '1000000' }), dailyLoss({ loss: '5000' }), duplicateOrder({ window: 0.001 }), automatedExecution({ executions: 100 }),
] as unknown as readonly Guard[]

const live = (broker: BrokerAdapter): BrokerAdapter => ({ ...broker, capabilities: { ...broker.capabilities, environment: 'live' } })
const durable = (journal: Journal): Journal => ({ ...journal, durability: 'synced' })

const start = (world: World, options: StartOptions = {}): Promise<Running> =>
  world.start({ wrap: live, journal: durable(world.journal), guards: LIMITS, approvals: plainCodes(), ...options })

describe('a live service refuses to start', () => {
  it.each(LIMITS.map(({ name }) => name))('without %s, naming it and how to add it, and starts once it is waived by name', async (name) => {
    const guards = LIMITS.filter((guard) => guard.name !== name)
    await expect(start(createWorld(), { guards })).rejects.toMatchObject({ code: 'LIVE_LIMIT_MISSING', message: expect.stringMatching(new RegExp(`needs ${name}: add [a-zA-Z]+\\(.* or name them in waivedLimits`)) as string })
    const { service } = await start(createWorld(), { guards, waivedLimits: [name] })
    expect(service.state).toBe('ready')
  })

  it('on a journal in memory, and without approvals', async () => {
    const world = createWorld()
    await expect(start(world, { journal: world.journal })).rejects.toMatchObject({ code: 'LIVE_JOURNAL_NOT_DURABLE', message: expect.stringContaining('sqliteJournal') as string })
    const { approvals: _, ...without } = { wrap: live, journal: durable(world.journal), guards: LIMITS, approvals: undefined }
    await expect(world.start(without)).rejects.toMatchObject({ code: 'LIVE_APPROVALS_MISSING', message: expect.stringContaining('highValueApproval') as string })
  })

  it('with a waiver of something that is no mandatory limit', async () => {
    await expect(start(createWorld(), { waivedLimits: ['max-positions'] })).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('max-positions') as string })
  })

  it('on a journal that was written with play money', async () => {
    const world = createWorld()
    const paper = await world.start()
    await world.until(paper.service.close())
    await expect(start(world)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('a paper broker main') as string })
  })

  it('paper needs none of it', async () => { expect((await createWorld().start()).service.state).toBe('ready') })
})

describe('arming', () => {
  const place = async (world: World, { service }: Running, key: string): Promise<string> => {
    const order = await world.until(service.placeOrder(makeRequest({ idempotencyKey: key, quantity: String(key.charCodeAt(0)), limitPrice: '50' })))
    return order.status === 'denied' ? order.denial.code : order.status
  }
  const release = (world: World, { service }: Running, code: string) => world.until(service.killSwitch.release({ code, reason: 'armed' }))

  it('is the release of a new live service, and outlives a restart', async () => {
    const world = createWorld()
    const first = await start(world)
    expect(await place(world, first, 'a')).toBe('KILL_SWITCH_ENGAGED')
    await release(world, first, 'zqcanary-code-1')
    expect(await place(world, first, 'b')).toBe('new')
    await world.until(first.service.close())
    const second = await start(world)
    expect([await place(world, second, 'c'), second.service.killSwitch.status().engaged]).toEqual(['new', []])
  })

  it('ends with a start under looser limits, and not under stricter ones', async () => {
    const world = createWorld()
    const first = await start(world)
    await release(world, first, 'zqcanary-code-1')
    await world.until(first.service.close())
    const under = (quantity: string): readonly Guard[] => LIMITS.map((guard) => (guard.name === 'max-position' ? maxPosition({ quantity }) as Guard : guard))
    const stricter = await start(world, { guards: under('500') })
    expect(await place(world, stricter, 'a')).toBe('new')
    await world.until(stricter.service.close())
    const looser = await start(world, { guards: under('501') })
    expect(looser.service.killSwitch.status().engaged).toMatchObject([{ scope: 'global', level: 'no_new' }])
    expect(await place(world, looser, 'b')).toBe('KILL_SWITCH_ENGAGED')
    await release(world, looser, 'zqcanary-code-2')
    expect(await place(world, looser, 'c')).toBe('new')
  })

  it('ends with a start without a guard, and with older prices allowed', async () => {
    for (const options of [{ guards: LIMITS.slice(1), waivedLimits: ['price-collar'] }, { quoteMaximumAge: 60_000 }, { accountMaximumAge: 600_000 }]) {
      const world = createWorld()
      const first = await start(world)
      await release(world, first, 'zqcanary-code-1')
      await world.until(first.service.close())
      expect((await start(world, options)).service.killSwitch.status().engaged).toMatchObject([{ scope: 'global' }])
    }
  })
})
