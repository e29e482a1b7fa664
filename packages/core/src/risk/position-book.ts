import { absolute, minimum, multiply, ONE, type Units } from '../order/decimal.ts'

/** A position at one broker with what the profit of the session needs. In units of 1e-9 but for `sessionFlow`. */
export interface PositionBook {
  /** Negative when short. */
  readonly quantity: Units
  /** Average price of what is open; 0 when flat. Rounded towards zero. */
  readonly averagePrice: Units
  /** Profit of closed quantity since the account began, by average prices. */
  readonly realised: Units
  /** Quantity and price at the start of the session. */
  readonly startQuantity: Units
  readonly startPrice: Units
  /** Average price of what is open, as if what was held when the session began had been bought then; 0 when flat. */
  readonly sessionPrice: Units
  /** Cash in minus cash out of this session. Exact: quantity times price, scaled 1e18. */
  readonly sessionFlow: bigint
}

export const FLAT: PositionBook = { quantity: 0n, averagePrice: 0n, realised: 0n, startQuantity: 0n, startPrice: 0n, sessionPrice: 0n, sessionFlow: 0n }

/** The average price of what is open after `signed` more at `price`. What closes leaves it; what crosses zero begins anew. */
function averageAfter(quantity: Units, average: Units, signed: Units, price: Units): Units {
  const next = quantity + signed
  if (next === 0n) return 0n
  if (quantity * next < 0n) return price
  if (quantity * signed < 0n) return average
  return (quantity * average + signed * price) / next
}

/** What of a position a change of `signed` units takes away; signed as the position is. */
function closedBy(quantity: Units, signed: Units): Units {
  if (quantity * signed >= 0n) return 0n
  const most = minimum(absolute(quantity), absolute(signed))
  return quantity > 0n ? most : -most
}

/** The position after `signed` units traded at `price`. Exact in quantity and cash. */
export function fillPosition(book: PositionBook, signed: Units, price: Units): PositionBook {
  const { quantity, averagePrice } = book
  return {
    quantity: quantity + signed,
    averagePrice: averageAfter(quantity, averagePrice, signed, price),
    realised: book.realised + multiply(closedBy(quantity, signed), price - averagePrice, 'down'),
    startQuantity: book.startQuantity,
    startPrice: book.startPrice,
    sessionPrice: averageAfter(quantity, book.sessionPrice, signed, price),
    sessionFlow: book.sessionFlow - signed * price,
  }
}

/**
 * The position as a broker states it: an opening balance, or a change from outside. It makes no profit by itself: what appeared
 * without a fill of ours counts from the stated average price, what vanished leaves at the price it was carried at.
 */
export function statePosition(book: PositionBook, quantity: Units, averagePrice: Units): PositionBook {
  const difference = quantity - book.quantity
  const vanished = closedBy(book.quantity, difference)
  return {
    ...book, quantity,
    averagePrice: quantity === 0n ? 0n : averagePrice,
    sessionPrice: averageAfter(book.quantity, book.sessionPrice, difference, averagePrice),
    sessionFlow: book.sessionFlow + vanished * book.sessionPrice - (difference + vanished) * averagePrice,
  }
}

/** The position at the first moment of a new session. */
export function rollPosition(book: PositionBook, mark: Units): PositionBook {
  return { ...book, startQuantity: book.quantity, startPrice: mark, sessionPrice: book.quantity === 0n ? 0n : mark, sessionFlow: 0n }
}

/** Profit of the session so far when the position is worth `mark` a unit; rounded down, so that a loss never looks smaller. */
export function sessionProfit(book: PositionBook, mark: Units): Units {
  const exact = book.quantity * mark - book.startQuantity * book.startPrice + book.sessionFlow
  const truncated = exact / ONE
  return exact < 0n && truncated * ONE !== exact ? truncated - 1n : truncated
}

/** Profit that closing the position at `mark` would realise. */
export function unrealisedProfit(book: PositionBook, mark: Units): Units {
  return multiply(book.quantity, mark - book.averagePrice, 'down')
}
