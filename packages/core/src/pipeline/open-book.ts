import { beginsOrder, historyOrderIdOf } from '../order/event.ts'
import { type AccountBook, type BookPorts, createAccountBook } from './account-book.ts'

/** Becomes the owner of an account and rebuilds its book from the journal. */
export async function openBook(account: string, ports: BookPorts): Promise<AccountBook> {
  const { journal } = ports
  const lease = await journal.claim(account)
  const book = createAccountBook(account, lease, ports)
  for await (const event of journal.read(account, 1)) {
    const orderId = historyOrderIdOf(event)
    // Something that concerns an order which memory had let go by then.
    if (orderId !== undefined && book.memory.partial && !book.orders.has(orderId) && !beginsOrder(event)) {
      const history = await journal.readOrder(account, orderId)
      book.memory.restore(history.filter(({ sequence }) => sequence < event.sequence))
    }
    book.replay(event)
  }
  return book
}
