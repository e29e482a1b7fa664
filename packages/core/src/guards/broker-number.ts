import { parseBrokerDecimal, type Units } from '../order/decimal.ts'
import { InputMissing } from '../risk/input-missing.ts'

/** Numbers that were read, by their text: an account's values are the same for many orders. */
const known = new Map<string, Units>()
const MOST_KNOWN = 256

/** A number that a broker wrote; one nobody can read is missing. */
export function brokerNumber(text: string, input: string, name: string): Units {
  const before = known.get(text)
  if (before !== undefined) return before
  const units = parseBrokerDecimal(text)?.units
  if (units === undefined) throw new InputMissing(input, `the ${name} of the account cannot be read`)
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(text, units)
  return units
}
