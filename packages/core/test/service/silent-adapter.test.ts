import { expect, it } from 'vitest'
import { openDesk } from '../support/open-service.ts'

it('B4: a cancel of unknown fate does not end the wait for an adapter that never answers: the order itself becomes unknown', async () => {
  const desk = await openDesk({ capabilities: { cancelByClientOrderId: true } })
  await desk.place()
  const { command: { orderId } } = desk.lastSubmit()
  desk.service.cancelOrder(orderId).catch(() => undefined)
  await desk.settle()
  desk.broker.cancels.at(-1)?.answer({ kind: 'ambiguous', reason: 'reset' })
  await desk.settle()
  await desk.clock.advance(11_000)
  const unknown = desk.events.flatMap((event) => (event.type === 'order_unknown' ? [event.data.command] : []))
  expect(unknown).toContain('new')
})
