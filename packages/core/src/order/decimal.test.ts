import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { absolute, divide, formatDecimal, isDecimal, maximum, minimum, multiply, ONE, parseBrokerDecimal, parseDecimal, parseSigned } from './decimal.ts'

const units = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
const writable = fc.bigInt({ min: 0n, max: 10n ** 21n - 1n })

describe('strict decimals', () => {
  it.each([
    '1e9', '1E9', 'NaN', 'Infinity', '-Infinity', '-0', '-1', '+1', '0x10', '0b1', '1_000', '1,000', ' 1 ', ' 1', '1 ', '1\n', '\t1', '.5', '23.', '.', '',
    '01', '00', '00.5', '1.2.3', '1.0000000001', '1234567890123', '1234567890123.5', '١٢٣', '１２３', '１.5', '1٫5', 'null', 'undefined', '1n', '½', '1\u0000',
  ])('refuses %j', (text) => {
    expect(isDecimal(text)).toBe(false)
    expect(() => parseDecimal(text)).toThrow(RangeError)
  })

  it.each([
    ['0', 0n], ['0.000000001', 1n], ['1', ONE], ['187.50', 187_500_000_000n], ['999999999999.999999999', 10n ** 21n - 1n], ['10.0', 10n * ONE], ['0.10', ONE / 10n],
  ])('reads %s', (text, expected) => { expect(parseDecimal(text)).toBe(expected) })

  it('refuses ten thousand digits at once', () => {
    const hostile = ['9'.repeat(10_000), `0.${'9'.repeat(10_000)}`, '1'.repeat(5_000_000)]
    const before = performance.now()
    for (let round = 0; round < 1000; round += 1) for (const text of hostile) expect(isDecimal(text)).toBe(false)
    expect(performance.now() - before).toBeLessThan(500)
  })

  it('gives back every number it wrote', () => {
    fc.assert(fc.property(writable, (value) => { expect(parseDecimal(formatDecimal(value))).toBe(value) }))
    fc.assert(fc.property(units, (value) => { expect(parseSigned(formatDecimal(value))).toBe(value) }))
  })

  it('writes each number in exactly one way: no needless zero, point or sign', () => {
    fc.assert(fc.property(units, (value) => {
      expect(formatDecimal(value)).toMatch(/^(?:0|-?(?:[1-9]\d*|0(?=\.))(?:\.\d{0,8}[1-9])?)$/)
    }))
    expect(['0', '0.0', '0.000000000'].map((text) => formatDecimal(parseDecimal(text)))).toEqual(['0', '0', '0'])
    expect(['10', '10.0', '10.000000000'].map((text) => formatDecimal(parseDecimal(text)))).toEqual(['10', '10', '10'])
    expect(formatDecimal(-1n)).toBe('-0.000000001')
  })
})

describe('written decimals', () => {
  it('are read at every length, signed or not', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 9 }), fc.nat(), fc.boolean(), (whole, places, seed, negative) => {
      const digits = (count: number): string => Array.from({ length: count }, (_, index) => ((seed >> (index % 20)) + index) % 10).join('')
      const [left, right] = [`1${digits(whole)}`, digits(places)]
      const expected = BigInt(left + right.padEnd(9, '0'))
      expect(parseSigned(`${negative ? '-' : ''}${left}${right === '' ? '' : `.${right}`}`)).toBe(negative ? -expected : expected)
    }))
  })

  it.each(['', '-', '.', '1.', '.5', '--1', '+1', 'abc', '1.2.3', '1e5', '0x10', '0x12345678', '12345678.1234567890', '1234567a', '1234567.1.2', ' 1', 'NaN', '1.0000000001'])('that are damaged are refused: %j', (text) => {
    expect(() => parseSigned(text)).toThrow(RangeError)
  })
})

describe('brokers\' decimals', () => {
  it.each([
    ['.5', 500_000_000n, false], ['23.', 23n * ONE, false], ['-1.5', -1_500_000_000n, false], ['+1.5', 1_500_000_000n, false], ['007', 7n * ONE, false], ['-0', 0n, false],
    ['0.0000000014', 1n, true], ['0.0000000015', 2n, true], ['-0.0000000015', -2n, true], ['1.0000000000', ONE, false], ['0.9999999999', ONE, true],
  ])('reads %s', (text, expected, rounded) => { expect(parseBrokerDecimal(text)).toEqual({ units: expected, rounded }) })

  it.each(['', '.', '-', '+', '-.', '--1', '1e5', '1,5', ' 1', 'NaN', '１', '1'.repeat(16), `0.${'1'.repeat(100)}`])('cannot read %j', (text) => {
    expect(parseBrokerDecimal(text)).toBeUndefined()
  })

  it('reads what users may write as the same number, never rounded', () => {
    fc.assert(fc.property(writable, (value) => { expect(parseBrokerDecimal(formatDecimal(value))).toEqual({ units: value, rounded: false }) }))
  })

  it('is off by half a unit at most, and says so', () => {
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (value) => {
      const digits = value.toString().padStart(13, '0')
      const parsed = parseBrokerDecimal(`${digits.slice(0, -12)}.${digits.slice(-12)}`)!
      const error = absolute(parsed.units * 1000n - value)
      expect(error).toBeLessThanOrEqual(500n)
      expect(parsed.rounded).toBe(value % 1000n !== 0n)
    }))
  })
})

describe('arithmetic', () => {
  it('rounds products up away from zero and down towards it, by less than one unit', () => {
    fc.assert(fc.property(units, units, (left, right) => {
      const exact = left * right
      const up = multiply(left, right, 'up')
      const down = multiply(left, right, 'down')
      expect(absolute(up) * ONE).toBeGreaterThanOrEqual(absolute(exact))
      expect(absolute(down) * ONE).toBeLessThanOrEqual(absolute(exact))
      expect(absolute(up) - absolute(down)).toBe(exact % ONE === 0n ? 0n : 1n)
    }))
  })

  it('rounds quotients up away from zero and down towards it, by less than one unit', () => {
    fc.assert(fc.property(units, units.filter((value) => value !== 0n), (left, right) => {
      const up = divide(left, right, 'up')
      const down = divide(left, right, 'down')
      expect(absolute(up * right)).toBeGreaterThanOrEqual(absolute(left * ONE))
      expect(absolute(down * right)).toBeLessThanOrEqual(absolute(left * ONE))
      expect(absolute(up) - absolute(down)).toBe((left * ONE) % right === 0n ? 0n : 1n)
      expect(up * (left < 0n === right < 0n ? 1n : -1n)).toBeGreaterThanOrEqual(0n)
    }))
  })

  it('multiplies and divides by one without change', () => {
    fc.assert(fc.property(units, (value) => {
      for (const rounding of ['up', 'down'] as const) expect([multiply(value, ONE, rounding), divide(value, ONE, rounding)]).toEqual([value, value])
    }))
  })

  it('refuses to divide by zero', () => { expect(() => divide(1n, 0n, 'up')).toThrow(RangeError) })

  it('compares', () => {
    expect([maximum(-1n, 2n), minimum(-1n, 2n), absolute(-3n), absolute(3n)]).toEqual([2n, -1n, 3n, 3n])
  })
})

describe('formatting on both sides of what a float holds exactly', () => {
  it('says the same as whole numbers do', () => {
    const exact = (units: bigint): string => {
      const text = String(units).padStart(10, '0')
      return `${text.slice(0, -9)}.${text.slice(-9)}`.replace(/\.?0+$/, '')
    }
    const edges = [1n, 999_999_999n, 1_000_000_000n, 1_000_000_001n, 10_000_000_000n, BigInt(Number.MAX_SAFE_INTEGER) - 1n, BigInt(Number.MAX_SAFE_INTEGER), BigInt(Number.MAX_SAFE_INTEGER) + 1n, 8_999_999_999_999_999n]
    for (const units of edges) expect(formatDecimal(units)).toBe(exact(units))
    // Beside whole numbers, where a quotient of floats is rounded up.
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 9_007_199n }), fc.bigInt({ min: -2n, max: 2n }), (whole, beside) => {
      const units = whole * 1_000_000_000n + beside
      expect(formatDecimal(units)).toBe(exact(units))
    }), { numRuns: 2000 })
    fc.assert(fc.property(fc.bigInt({ min: 1n, max: 10n ** 17n }), (units) => { expect(formatDecimal(units)).toBe(exact(units)); expect(formatDecimal(-units)).toBe(`-${exact(units)}`) }))
  })

  it('multiplies to the same, beside whole numbers and away from them', () => {
    const left = fc.oneof(fc.bigInt({ min: 0n, max: 10n ** 17n }), fc.tuple(fc.bigInt({ min: 0n, max: 9_100_000n }), fc.bigInt({ min: -1n, max: 1n })).map(([whole, beside]) => whole * ONE + beside))
    fc.assert(fc.property(left, fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }), (many, each) => {
      const exact = many * each
      const down = exact / ONE
      expect(multiply(many, each, 'down')).toBe(down)
      expect(multiply(many, each, 'up')).toBe(down * ONE === exact ? down : down + (exact < 0n ? -1n : 1n))
    }), { numRuns: 2000 })
  })
})
