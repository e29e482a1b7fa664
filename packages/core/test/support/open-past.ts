import type { ApprovedOrder } from '../../src/broker/approved-order.ts'
import type { Order } from '../../src/order/order.ts'
import { type Desk, openDesk } from './open-service.ts'
import { executionOf } from './scripted-broker.ts'

interface Past extends Desk {
  /** A filled order that memory has let go. */
  readonly order: Order
  readonly sent: ApprovedOrder
}

/** A desk whose memory keeps two finished orders, and an order of before. */
export async function openPast(options: Parameters<typeof openDesk>[0] = {}): Promise<Past> {
  const desk = await openDesk({ finishedOrders: 2, ...options })
  const first = await filled(desk, 'first')
  for (let index = 0; index < 3; index += 1) await filled(desk, `later-${index}`)
  return { ...desk, ...first }
}

export async function filled(desk: Desk, idempotencyKey: string): Promise<{ readonly order: Order; readonly sent: ApprovedOrder }> {
  const working = await desk.working({ idempotencyKey })
  await desk.broker.deliver({ kind: 'fill', execution: executionOf(working.sent, `e-${idempotencyKey}`, '10') })
  await desk.settle()
  return working
}
