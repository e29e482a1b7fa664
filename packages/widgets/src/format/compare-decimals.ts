import { signOf } from './numbers.ts'

/** Sorts two decimals by their value, digit by digit: negative when the first is smaller. */
export function compareDecimals(left: string, right: string): number {
  const [a, b] = [signOf(left), signOf(right)]
  if (a !== b || a === 0) return a - b
  const [wholeLeft = '', partLeft = ''] = left.replace('-', '').split('.')
  const [wholeRight = '', partRight = ''] = right.replace('-', '').split('.')
  const whole = Math.max(wholeLeft.length, wholeRight.length)
  const part = Math.max(partLeft.length, partRight.length)
  const x = wholeLeft.padStart(whole, '0') + partLeft.padEnd(part, '0')
  const y = wholeRight.padStart(whole, '0') + partRight.padEnd(part, '0')
  return x === y ? 0 : x < y ? -a : a
}
