import { parseBrokerDecimal, type Units } from '../order/decimal.ts'
import { InputMissing } from '../risk/input-missing.ts'

/** A number that a broker wrote; one nobody can read is missing. */
export function brokerNumber(text: string, input: string, name: string): Units {
  const units = parseBrokerDecimal(text)?.units
  if (units === undefined) throw new InputMissing(input, `the ${name} of the account cannot be read`)
  return units
}
