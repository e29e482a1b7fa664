import { formatDecimal, isDecimal, ONE, parseDecimal, type Units } from '../order/decimal.ts'
import { SluiceError } from '../runtime/errors.ts'

/** A limit as number and as text. */
export interface Limit {
  readonly units: Units
  readonly text: string
}

/** @throws SluiceError CONFIGURATION_INVALID naming the guard, the option and the rule. */
export function invalidOption(guard: string, option: string, rule: string): SluiceError {
  return new SluiceError('CONFIGURATION_INVALID', `${guard}: ${option} ${rule}`)
}

/** A limit given as a decimal string. */
export function decimalOption(guard: string, option: string, value: string): Units {
  if (typeof value !== 'string' || !isDecimal(value)) throw invalidOption(guard, option, 'must be a decimal string such as "100" or "2500.50"')
  return parseDecimal(value)
}

/** The same with its text at hand. */
export function limitOption(guard: string, option: string, value: string): Limit {
  const units = decimalOption(guard, option, value)
  return { units, text: formatDecimal(units) }
}

/** A limit that may be left out. */
export function optionalLimit(guard: string, option: string, value: string | undefined): Limit | undefined {
  return value === undefined ? undefined : limitOption(guard, option, value)
}

/** A positive finite number. */
export function numberOption(guard: string, option: string, value: number): number {
  if (!Number.isFinite(value) || value <= 0) throw invalidOption(guard, option, 'must be a positive number')
  return value
}

/** A whole number from 1 on, as a limit to compare counts with. */
export function countOption(guard: string, option: string, value: number): Limit {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(guard, option, 'must be a whole number from 1 on')
  return { units: BigInt(value) * ONE, text: String(value) }
}

/** A list of names; undefined stays undefined. */
export function namesOption(guard: string, option: string, value: readonly string[] | undefined): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.some((name) => typeof name !== 'string' || name === '')) throw invalidOption(guard, option, 'must be a list of names')
  return new Set(value)
}

/** One of some words. */
export function wordOption<Word extends string>(guard: string, option: string, value: Word, words: readonly Word[]): Word {
  if (!words.includes(value)) throw invalidOption(guard, option, `must be one of ${words.join(', ')}`)
  return value
}

/** Limits of single symbols beside the general ones. */
export function bySymbol<Options, Limits>(general: Limits, symbols: Readonly<Record<string, Options>> | undefined, read: (options: Options, path: string) => Limits): (symbol: string) => Limits {
  const special = new Map(Object.entries(symbols ?? {}).map(([symbol, options]) => [symbol, read(options, `symbols.${symbol}.`)]))
  return (symbol) => special.get(symbol) ?? general
}
