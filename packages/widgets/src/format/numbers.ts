const DECIMAL = /^-?\d{1,40}(?:\.(\d{1,20}))?$/

const formats = new Map<number, Intl.NumberFormat>()

function formatWith(digits: number): Intl.NumberFormat {
  let format = formats.get(digits)
  if (format === undefined) {
    format = new Intl.NumberFormat(undefined, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    formats.set(digits, format)
  }
  return format
}

/**
 * A decimal string in the viewer's notation, digit for digit as it was given: `Intl.NumberFormat` takes the string, so that no
 * float ever touches it. Text that is no decimal (a limit can be a name) comes back unchanged.
 */
export function formatNumber(text: string, leastDigits = 0): string {
  const match = DECIMAL.exec(text)
  if (match === null) return text
  const digits = Math.max(leastDigits, match[1]?.length ?? 0)
  return formatWith(digits).format(text as `${number}`)
}

/** A price or an amount of money: at least two digits after the point, so that a column lines up. */
export function formatPrice(text: string): string {
  return formatNumber(text, 2)
}

/** Like `formatPrice`, with a plus before a gain. */
export function formatProfit(text: string): string {
  const sign = signOf(text)
  return sign === 1 ? `+${formatPrice(text)}` : formatPrice(text)
}

/** -1, 0 or 1, read from the text. */
export function signOf(text: string): -1 | 0 | 1 {
  if (!/[1-9]/.test(text)) return 0
  return text.startsWith('-') ? -1 : 1
}
