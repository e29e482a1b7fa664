import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { automatedExecution } from '../../src/guards/automated-execution.ts'
import { buyingPower } from '../../src/guards/buying-power.ts'
import { drawdown } from '../../src/guards/drawdown.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { rejectRate } from '../../src/guards/reject-rate.ts'
import { makeRequest } from '../../src/testing/makers.ts'
import { openDesk } from '../support/open-service.ts'
import { createWorld, type Running, type World } from '../support/world.ts'

const as = (guard: unknown): Guard[] => [guard as Guard]
const buy = async (world: World, { service }: Running, quantity: string, limitPrice = '200'): Promise<string> => {
  const order = await world.until(service.placeOrder(makeRequest({ quantity, limitPrice })))
  return order.status === 'denied' ? order.denial.code : order.status
}

describe('what guards remember', () => {
  it('the peak of a session is journaled, outlives a restart, and a fall from it stops the account', async () => {
    const world = createWorld()
    const running = await world.start({ guards: as(drawdown({ drawdown: '500' })) })
    expect(await buy(world, running, '100')).toBe('filled')
    world.setPrices('110', '110.2')
    await world.clock.advance(1000)
    const notes = (await world.history()).flatMap((event) => (event.type === 'guard_noted' ? [event.data] : []))
    // With what it stood on, so that a replay can come to the same note.
    expect(notes.at(-1)).toMatchObject({ guard: 'drawdown', note: { session: '2026-01-05@UTC', peak: '990' }, evidence: { inputs: { profit: { session: '990' }, 'mark:AAPL': { bid: '110', ask: '110.2' } }, limits: 1 } })
    await world.until(running.service.close())
    const again = await world.start({ guards: as(drawdown({ drawdown: '500' })) })
    world.setPrices('106', '106.2')
    await world.clock.advance(1000)
    expect(again.service.killSwitch.status().engaged).toEqual([])
    world.setPrices('104', '104.2')
    await world.clock.advance(1000)
    expect(again.service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only' }])
  })

  it('refusals in a row stop the account, and its release begins anew', async () => {
    const desk = await openDesk({ guards: as(rejectRate({ consecutive: 2 })) })
    desk.broker.standing.submit = () => ({ kind: 'refused', code: 'NO', message: 'no' })
    await desk.place()
    await desk.place()
    await desk.settle()
    expect(desk.service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only', reason: '2 orders in a row were refused' }])
    await desk.service.killSwitch.release({ scope: 'account:main', reason: 'looked' })
    expect((await desk.place()).value?.status).toBe('rejected')
    expect(desk.service.killSwitch.status().engaged).toEqual([])
  })

  it('a strategy that traded as often as it may is stopped until a human releases it', async () => {
    const world = createWorld()
    const running = await world.start({ guards: as(automatedExecution({ executions: 2 })) })
    const trade = async (): Promise<string> => (await world.until(running.service.placeOrder(makeRequest({ quantity: '1', limitPrice: '200', strategy: 'momentum' })))).status
    expect([await trade(), await trade(), await trade()]).toEqual(['filled', 'filled', 'denied'])
    expect(running.service.killSwitch.status().engaged).toMatchObject([{ scope: 'strategy:momentum' }])
    expect(await buy(world, running, '1')).toBe('filled')
    await world.until(running.service.killSwitch.release({ scope: 'strategy:momentum', reason: 'looked' }))
    expect(await trade()).toBe('filled')
  })
})

describe('account values', () => {
  it('are asked for again before they are too old, once for many orders', async () => {
    let asked = 0
    const counted = (broker: BrokerAdapter): BrokerAdapter => ({ ...broker, snapshot: (since) => { asked += 1; return broker.snapshot(since) } })
    const world = createWorld({ cash: '100000' })
    const running = await world.start({ guards: as(buyingPower()), wrap: counted })
    expect(await buy(world, running, '10', '50')).toBe('new')
    const before = asked
    await world.clock.advance(60_001)
    await Promise.all([buy(world, running, '10', '50'), buy(world, running, '10', '50'), buy(world, running, '10', '50')])
    expect(asked).toBe(before + 1)
    expect(await buy(world, running, '5000', '50')).toBe('BUYING_POWER_EXCEEDED')
  })
})

describe('a clock that jumps', () => {
  it('denies new risk until the books have been compared', async () => {
    let jump = 0
    const world = createWorld()
    const clock = { ...world.clock, now: () => world.clock.now() + jump }
    const running = await world.start({ clock })
    expect(await buy(world, running, '1', '50')).toBe('new')
    jump = 5000
    expect(await buy(world, running, '1', '50')).toBe('CLOCK_JUMPED')
    await world.clock.advance(2000)
    expect(await buy(world, running, '1', '50')).toBe('new')
  })
})
