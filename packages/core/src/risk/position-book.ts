import { absolute, minimum, multiply, type Units } from '../order/decimal.ts'

/** A position at one broker with what the profit of the session needs. All in units of 1e-9. */
export interface PositionBook {
  /** Negative when short. */
  readonly quantity: Units
  /** Average price of what is open; 0 when flat. */
  readonly averagePrice: Units
  /** Profit of closed quantity since the account began. */
  readonly realised: Units
  /** Quantity and price at the start of the session. */
  readonly startQuantity: Units
  readonly startPrice: Units
  /** Cash in minus cash out by fills of this session. */
  readonly sessionFlow: Units
}

export const FLAT: PositionBook = { quantity: 0n, averagePrice: 0n, realised: 0n, startQuantity: 0n, startPrice: 0n, sessionFlow: 0n }

/** The position after `signed` units traded at `price`. Exact in quantity and cash; the average is rounded to 1e-9. */
export function fillPosition(book: PositionBook, signed: Units, price: Units): PositionBook {
  const { quantity, averagePrice } = book
  const next = quantity + signed
  const sessionFlow = book.sessionFlow - multiply(signed, price, 'down')
  const sameSide = quantity === 0n || quantity > 0n === signed > 0n
  if (sameSide) {
    const cost = absolute(quantity) * averagePrice + absolute(signed) * price
    return { ...book, quantity: next, averagePrice: next === 0n ? 0n : cost / absolute(next), sessionFlow }
  }
  const closed = minimum(absolute(quantity), absolute(signed))
  const gain = multiply(closed, price - averagePrice, 'down') * (quantity > 0n ? 1n : -1n)
  const crossed = next !== 0n && next > 0n !== quantity > 0n
  return {
    ...book, quantity: next, averagePrice: crossed ? price : next === 0n ? 0n : averagePrice,
    realised: book.realised + gain, sessionFlow,
  }
}

/**
 * The position as a broker states it: an opening balance, or a correction from outside. What appeared or vanished without a
 * fill of ours is booked at the stated price as if it had been so since the session began: it makes no profit by itself.
 */
export function statePosition(book: PositionBook, quantity: Units, averagePrice: Units): PositionBook {
  const difference = quantity - book.quantity
  return { ...book, quantity, averagePrice: quantity === 0n ? 0n : averagePrice, sessionFlow: book.sessionFlow - multiply(difference, averagePrice, 'down') }
}

/** The position at the first moment of a new session. */
export function rollPosition(book: PositionBook, mark: Units): PositionBook {
  return { ...book, startQuantity: book.quantity, startPrice: mark, sessionFlow: 0n }
}

/** Profit of the session so far when the position is worth `mark` a unit. */
export function sessionProfit(book: PositionBook, mark: Units): Units {
  return multiply(book.quantity, mark, 'down') - multiply(book.startQuantity, book.startPrice, 'down') + book.sessionFlow
}

/** Profit that closing the position at `mark` would realise. */
export function unrealisedProfit(book: PositionBook, mark: Units): Units {
  return multiply(book.quantity, mark - book.averagePrice, 'down')
}
