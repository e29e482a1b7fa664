import type { OrderState } from '../../order/order.ts'
import type { AccountBook } from '../book/account-book.ts'
import type { PipelineContext } from '../context.ts'
import { type BrokerReference, findOrder, withOrder } from './recall.ts'

interface Parked {
  readonly reference: BrokerReference
  readonly use: (order: OrderState | undefined) => Promise<void>
  readonly resolve: (value: Promise<void>) => void
  readonly reject: (error: unknown) => void
}

const lanes = new WeakMap<AccountBook, Map<string, Parked[]>>()

/**
 * Keeps a broker's updates of orders that memory has let go in their order while the journal is asked whose they are. Updates of
 * orders in memory do not come this way: they are applied in the tick they arrive. Once an order is back, everything that was
 * parked for it is applied in that same tick, so that no later update overtakes.
 */
export function parkUpdate(context: PipelineContext, book: AccountBook, broker: string, reference: BrokerReference, use: Parked['use']): Promise<void> {
  const byBroker = lanes.get(book) ?? new Map<string, Parked[]>()
  lanes.set(book, byBroker)
  const lane = byBroker.get(broker) ?? []
  byBroker.set(broker, lane)
  return new Promise((resolve, reject) => {
    lane.push({ reference, use, resolve, reject })
    if (lane.length === 1) void drain(context, book, broker, lane)
  })
}

async function drain(context: PipelineContext, book: AccountBook, broker: string, lane: Parked[]): Promise<void> {
  for (let head = lane[0]; head !== undefined; head = lane[0]) {
    const { reference, use, resolve, reject } = head
    try {
      await withOrder(context, book, broker, reference, (order) => {
        lane.shift()
        resolve(use(order))
        if (order !== undefined) applyParked(book, broker, lane)
      })
    } catch (error) {
      // The journal could not be asked. The update is not acknowledged: the broker, or the next comparison, tells it again.
      if (lane[0] === head) lane.shift()
      reject(error)
    }
  }
}

/** Applies whatever is parked for orders that are in memory by now, in its order. */
function applyParked(book: AccountBook, broker: string, lane: Parked[]): void {
  for (let index = 0; index < lane.length;) {
    const { reference, use, resolve } = lane[index] as Parked
    const order = findOrder(book, broker, reference)
    if (order === undefined) index += 1
    else {
      lane.splice(index, 1)
      resolve(use(order))
    }
  }
}
