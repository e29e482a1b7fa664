import { SluiceError } from '../runtime/errors.ts'
import { sha256Base32, sha256Hex } from '../runtime/hash.ts'
import type { OrderTerms } from './request.ts'

function field(value: string | boolean | undefined): string {
  // Length-prefixed, so that no choice of values can make two different orders read the same.
  if (value === undefined) return '-;'
  const text = String(value)
  return `${text.length}:${text};`
}

/** SHA-256 over every field that makes the order what it is, and over who placed it. Canonical terms only. */
export function digestOrder(terms: OrderTerms, actor: string): string {
  const { takeProfit, stopLoss } = terms
  return sha256Hex(
    `sluice-order-1;${field(terms.account)}${field(actor)}${field(terms.strategy)}${field(terms.symbol)}${field(terms.side)}${field(terms.type)}` +
    `${field(terms.quantity)}${field(terms.notional)}${field(terms.limitPrice)}${field(terms.stopPrice)}${field(terms.trailAmount)}${field(terms.trailPercent)}` +
    `${field(terms.timeInForce)}${field(terms.expireAt)}${field(terms.extendedHours)}${field(terms.orderClass)}` +
    `${field(takeProfit?.limitPrice)}${field(stopLoss?.stopPrice)}${field(stopLoss?.limitPrice)}`,
  )
}

/** What a broker allows in a client order id. */
export interface ClientOrderIdFormat {
  /** Longest id the broker takes, in characters. */
  readonly maximumLength: number
}

const HASH_LENGTH = 26
/** 60 bits: below that, two orders of one installation could come to share an id. */
const SHORTEST_HASH = 12

/**
 * The id the broker sees: the installation's tag and a hash of (account, key, revision). The same intent always gets the same
 * id, so that a look-up after a crash or a timeout finds it. Revision 0 is the order itself, each replace adds one.
 * @throws SluiceError CONFIGURATION_INVALID when the broker's ids are too short for the tag.
 */
export function clientOrderIdOf(tag: string, account: string, key: string, revision: number, format: ClientOrderIdFormat): string {
  const length = Math.min(HASH_LENGTH, format.maximumLength - tag.length)
  if (!(length >= SHORTEST_HASH)) {
    throw new SluiceError('CONFIGURATION_INVALID', `a client order id of ${format.maximumLength} characters is too short for the tag ${tag}: ${SHORTEST_HASH} must be left`)
  }
  return tag + sha256Base32(`${field(account)}${field(key)}${revision}`, length)
}
