import type { Dictionary } from '../codec/dictionary/dictionary.ts'
import { readMessage } from '../codec/scanner.ts'
import type { FixStore } from '../store/fix-store.ts'
import { termsOf } from './map-order.ts'
import type { OrderBook } from './order-book.ts'
import { trackOrder } from './tracked-order.ts'

const CHUNK = 1000

/** What this session sent before a restart: with symbol and side the broker can be asked about it. */
export function recoverOrders(store: FixStore, dictionary: Dictionary, nextSender: number, book: OrderBook): void {
  for (let from = 1; from < nextSender; from += CHUNK) {
    for (const { bytes } of store.read(from, Math.min(nextSender - 1, from + CHUNK - 1))) {
      const message = readMessage(bytes, dictionary)
      const clientOrderId = message?.text(11)
      const terms = message === undefined ? undefined : termsOf(message)
      if (message === undefined || clientOrderId === undefined || terms === undefined) continue
      const original = message.type === 'G' ? book.find(message.text(41)) : undefined
      if (original !== undefined) book.link(clientOrderId, original)
      else if (message.type === 'D' || message.type === 'G') book.add(trackOrder(clientOrderId, terms, message.isoTime(52) ?? '', undefined))
    }
  }
}
