import type { OrderReference } from '../../broker/broker-adapter.ts'
import type { StoredEvent } from '../../order/event.ts'
import type { OrderState } from '../../order/order.ts'
import { brokerName, clientName, executionName } from '../../order/order-names.ts'
import { reduceHistory } from '../../order/reduce.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import type { PipelineContext } from '../context.ts'

/** How a broker may name an order. A bust names only the execution. */
export type BrokerReference = OrderReference & { readonly executionId?: string }

/** The names to look for, the surest first. */
function namesOf(broker: string, { clientOrderId, brokerOrderId, executionId }: BrokerReference): readonly string[] {
  if (executionId !== undefined) return [executionName(broker, executionId)]
  return [
    ...(clientOrderId === undefined ? [] : [clientName(clientOrderId)]),
    ...(brokerOrderId === undefined ? [] : [brokerName(broker, brokerOrderId)]),
  ]
}

/** Our order that a broker speaks of, if memory has it. Says nothing of orders that memory has let go: see `withOrder`. */
export function findOrder(book: AccountBook, broker: string, reference: BrokerReference): OrderState | undefined {
  for (const name of namesOf(broker, reference)) {
    const orderId = book.names.get(name)
    if (orderId !== undefined) return book.orders.get(orderId)
  }
  return undefined
}

type Journal = Pick<PipelineContext, 'journal'>

/** The history of an order that memory has let go, by one of its names; undefined when no order of ours has any of them. */
async function readNamed({ journal }: Journal, book: AccountBook, names: readonly string[]): Promise<readonly StoredEvent[] | undefined> {
  for (const name of names) {
    const orderId = await journal.resolve(book.account, name)
    if (orderId !== undefined) return journal.readOrder(book.account, orderId)
  }
  return undefined
}

/**
 * Calls `use` with our order that a broker speaks of, in the tick in which it is certainly in memory; with undefined when no
 * order of ours has that name. Orders in memory are used at once, others are read back from the journal first (PROTOCOL C5).
 * @throws SluiceError JOURNAL_FAILED when the journal cannot be asked
 */
export async function withOrder<Result>(context: Journal, book: AccountBook, broker: string, reference: BrokerReference, use: (order: OrderState | undefined) => Result): Promise<Result> {
  const known = findOrder(book, broker, reference)
  if (known !== undefined || !book.memory.partial) return use(known)
  const history = await readNamed(context, book, namesOf(broker, reference))
  return use(findOrder(book, broker, reference) ?? (history === undefined ? undefined : book.memory.restore(history)))
}

/** An order by its id: as memory has it, else as the journal tells it. */
export async function recall({ journal }: Journal, book: AccountBook, orderId: string): Promise<OrderState | undefined> {
  const known = book.orders.get(orderId)
  if (known !== undefined || !book.memory.partial) return known
  return reduceHistory(await journal.readOrder(book.account, orderId))
}

interface Located {
  readonly book: AccountBook
  readonly order: OrderState
}

function locate(context: PipelineContext, orderId: string): Located | undefined {
  for (const book of context.books.values()) {
    const order = book.orders.get(orderId)
    if (order !== undefined) return { book, order }
  }
  return undefined
}

async function locateInJournal(context: PipelineContext, orderId: string): Promise<Located> {
  for (const book of context.books.values()) {
    const order = await recall(context, book, orderId)
    if (order !== undefined) return { book, order }
  }
  throw new SluiceError('ORDER_NOT_FOUND', `there is no order ${orderId.slice(0, 64)}`)
}

/**
 * Runs work on an order by its id, in this tick where memory has it, and keeps it in memory until the work is done. An order
 * that only the journal has is finished; `order` is then all there is of it.
 * @throws SluiceError ORDER_NOT_FOUND
 */
export async function onOrder<Result>(context: PipelineContext, orderId: string, work: (located: Located) => Promise<Result> | Result): Promise<Result> {
  const located = locate(context, orderId) ?? await locateInJournal(context, orderId)
  return keeping(located.book, orderId, async () => work(located))
}

/** Runs work on an order that memory must not let go meanwhile. */
export async function keeping<Result>(book: AccountBook, orderId: string, work: () => Promise<Result>): Promise<Result> {
  const end = book.memory.keep(orderId)
  try {
    return await work()
  } finally {
    end()
  }
}
