import { describe, expect, it } from 'vitest'
import { openDesk } from '../support/open-service.ts'

describe('lists', () => {
  it('pages of any size, newest first, hold every order once, also those of one moment', async () => {
    const { service, working, clock } = await openDesk()
    for (let index = 0; index < 9; index += 1) {
      await working({ idempotencyKey: `k${index}` })
      if (index % 3 === 2) await clock.advance(1)
    }
    const all = await service.listOrders()
    expect(all).toHaveLength(9)
    for (const limit of [1, 2, 4, 9, 20]) {
      const seen = await service.listOrders({ limit })
      for (let page = seen; page.length > 0;) {
        page = await service.listOrders({ limit, before: seen.at(-1)! })
        expect(page.length).toBeLessThanOrEqual(limit)
        ;(seen as unknown[]).push(...page)
      }
      expect(seen).toEqual(all)
    }
  })
})

describe('the events of one order', () => {
  it('are its durable ones in order, with what the guards read; a stranger has none', async () => {
    const { service, working, events, place } = await openDesk()
    const { order } = await working({ idempotencyKey: 'one' })
    await place({ idempotencyKey: 'two' })
    const own = await service.orderEvents(order.id)
    expect(own).toEqual(events.filter(({ data }) => 'orderId' in data && data.orderId === order.id))
    expect(own?.map(({ type }) => type)).toEqual(['order_pending_new', 'order_accepted'])
    expect(own?.[0]?.data).toMatchObject({ evaluation: { decisions: expect.any(Array), inputs: expect.any(Object) } })
    expect(await service.orderEvents('nobody')).toBeUndefined()
  })
})
