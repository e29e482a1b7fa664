import { currentLocale } from '../language/language.ts'

const DECIMAL = /^-?\d{1,40}(?:\.(\d{1,20}))?$/

/** Whether a text is a number: a limit can be a name. */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text)
}

const formats = new Map<string, Intl.NumberFormat>()

function formatWith(least: number, most: number): Intl.NumberFormat {
  const locale = currentLocale()
  const key = `${locale} ${least} ${most}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(locale, { minimumFractionDigits: least, maximumFractionDigits: most })
    formats.set(key, format)
  }
  return format
}

/** `Intl.NumberFormat` takes the string itself, so that no float ever touches it. */
function formatBetween(text: string, least: number, most: number): string {
  return isDecimal(text) ? formatWith(least, most).format(text as `${number}`) : text
}

/**
 * A decimal string in the viewer's notation, digit for digit as it was given. Text that is no decimal (a limit can be a name)
 * comes back unchanged.
 */
export function formatNumber(text: string, leastDigits = 0): string {
  const digits = Math.max(leastDigits, DECIMAL.exec(text)?.[1]?.length ?? 0)
  return formatBetween(text, digits, digits)
}

/** A price or an amount of money: at least two digits after the point, so that a column lines up. */
export function formatPrice(text: string): string {
  return formatNumber(text, 2)
}

/** An average of prices: a division can have nine digits, of which people want to read two to four. */
export function formatAverage(text: string): string {
  return formatBetween(text, 2, 4)
}

/** Money won or lost, in hundredths, with a plus before a gain. */
export function formatProfit(text: string): string {
  return signOf(text) === 1 ? `+${formatBetween(text, 2, 2)}` : formatBetween(text, 2, 2)
}

/** -1, 0 or 1, read from the text. */
export function signOf(text: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(text)) return 0
  return text.startsWith('-') ? -1 : 1
}
