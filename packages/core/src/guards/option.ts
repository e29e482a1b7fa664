import { isDecimal, parseDecimal, type Units } from '../order/decimal.ts'
import { SluiceError } from '../runtime/errors.ts'

/** @throws SluiceError CONFIGURATION_INVALID naming the guard, the option and the rule. */
export function invalidOption(guard: string, option: string, rule: string): SluiceError {
  return new SluiceError('CONFIGURATION_INVALID', `${guard}: ${option} ${rule}`)
}

/** A limit given as a decimal string. */
export function decimalOption(guard: string, option: string, value: string): Units {
  if (typeof value !== 'string' || !isDecimal(value)) throw invalidOption(guard, option, 'must be a decimal string such as "100" or "2500.50"')
  return parseDecimal(value)
}

/** A positive finite number. */
export function numberOption(guard: string, option: string, value: number): number {
  if (!Number.isFinite(value) || value <= 0) throw invalidOption(guard, option, 'must be a positive number')
  return value
}
