import { generate } from 'otplib'
import { totp } from '../../src/approval/totp/totp.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { OrderIntent, StoredEvent } from '../../src/order/event.ts'
import type { OrderTerms } from '../../src/order/request.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { plainCodes } from './codes.ts'
import { createWorld } from './world.ts'

const SECRET = 'ZQCANARYZQCANARYJBSWY3DPEHPK3PXP'

/** Every field of an order's terms with another value than `makeRequest` gives it. */
export const TERM_CHANGES: readonly Partial<OrderTerms>[] = [
  { account: 'other' }, { strategy: 'alpha' }, { symbol: 'MSFT' }, { side: 'sell' }, { side: 'sell_short' }, { type: 'market' }, { type: 'stop' }, { quantity: '11' }, { quantity: '9' },
  { quantity: '10.000000001' }, { notional: '1875' }, { limitPrice: '187.51' }, { limitPrice: '187.49' }, { stopPrice: '1' }, { trailAmount: '1' }, { trailPercent: '1' },
  { timeInForce: 'gtc' }, { timeInForce: 'ioc' }, { expireAt: '2030-01-01T00:00:00.000Z' }, { extendedHours: true }, { orderClass: 'bracket' },
  { takeProfit: { limitPrice: '200' } }, { stopLoss: { stopPrice: '180' } }, { stopLoss: { stopPrice: '180', limitPrice: '179' } },
]

/** Changes an order in the journal between its challenge and its approval; answers how it ended and what the broker got of it. */
export async function approveChanged(change: (intent: OrderIntent) => OrderIntent): Promise<{ readonly ended: string; readonly sent: number }> {
  const world = createWorld()
  const guards = () => [highValueApproval({ above: '1000', approvals: plainCodes() })]
  const first = await world.start({ guards: guards() })
  const order = await world.until(first.service.placeOrder(makeRequest(), { actor: 'ann' }))
  await world.until(first.service.close())
  const changed = (event: StoredEvent): StoredEvent => (event.type === 'order_pending_approval' ? { ...event, data: { ...event.data, intent: change(event.data.intent) } } : event)
  const journal: Journal = { ...world.journal, loadSnapshot: async () => undefined, read: async function* read(account, from) {
    for await (const event of world.journal.read(account, from)) yield changed(event)
  } }
  const second = await world.start({ guards: guards(), journal })
  const ended = await world.until(second.service.approveOrder(order.id, { code: 'zqcanary-code-1' }).then(
    (state) => (state.status === 'denied' ? state.denial.code : state.status), (error: unknown) => (error as Error).name))
  return { ended: order.status === 'pending_approval' ? ended : 'not challenged', sent: second.broker.orders().length }
}

/** As many orders, each approved with the same TOTP code at the same moment; answers how many passed and how many the broker got. */
export async function approveAtOnce(orders: number, wrap = (journal: Journal): Journal => journal): Promise<{ readonly passed: number; readonly sent: number }> {
  const world = createWorld()
  const guards = [highValueApproval({ above: '1000', approvals: totp({ secretOf: () => SECRET }) })]
  const { service, broker } = await world.start({ guards, journal: wrap(world.journal), maximumChallenges: orders, approverAttempts: 10 * orders })
  const ids: string[] = []
  for (let number = 0; number < orders; number += 1) ids.push((await world.until(service.placeOrder(makeRequest({ symbol: `S${number}` })))).id)
  const code = await generate({ secret: SECRET, strategy: 'totp', epoch: Math.floor(world.clock.now() / 1000) })
  const results = await world.until(Promise.allSettled(ids.map((id) => service.approveOrder(id, { code, actor: 'ann' }))))
  return { passed: results.filter(({ status }) => status === 'fulfilled').length, sent: broker.orders().length }
}
