import { maximum, parseSigned, type Units } from '../order/decimal.ts'
import type { OrderIntent, Reservation } from '../order/event.ts'
import type { Side } from '../order/request.ts'

interface Terms {
  /** Total quantity, fills included. */
  readonly quantity: Units
  /** The worst price it may trade at. */
  readonly price: Units
}

/** What one unfinished order holds. */
export interface OrderExposure extends Terms {
  readonly broker: string
  readonly symbol: string
  readonly side: Side
  readonly filled: Units
  /** The terms of an unanswered replace: until the answer the order may do the worse of both. */
  readonly pending: Terms | undefined
  /** It spends money: the quantity is only a bound, and reaching it does not end the order. */
  readonly byMoney: boolean
  /** The order this one is an exit of: what it holds, its group holds. */
  readonly parent?: string
}

/** The most that may still trade. */
export function leavesOfExposure(order: OrderExposure): Units {
  const quantity = order.pending === undefined ? order.quantity : maximum(order.quantity, order.pending.quantity)
  return maximum(0n, quantity - order.filled)
}

let lastReservation: Reservation | undefined
let lastTerms: Terms = { quantity: 0n, price: 0n }

/** A reservation read. The ledger and every guard that adds up values ask for the one of the event they take in: it is read once. */
export function termsOf(reservation: Reservation): Terms {
  if (reservation !== lastReservation) {
    lastTerms = { quantity: parseSigned(reservation.quantity), price: parseSigned(reservation.price) }
    lastReservation = reservation
  }
  return lastTerms
}

/** What an order holds before anything of it has traded. */
export function exposureOf({ broker, terms, reservation, leg }: OrderIntent): OrderExposure {
  const { quantity, price } = termsOf(reservation)
  const held = { broker, symbol: terms.symbol, side: terms.side, quantity, price, filled: 0n, pending: undefined, byMoney: leg === undefined && terms.quantity === undefined }
  return leg === undefined ? held : { ...held, parent: leg.parentOrderId }
}
