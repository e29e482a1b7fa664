import { describe, expect, it } from 'vitest'
import { ONE } from '../order/decimal.ts'
import { SluiceError } from '../runtime/errors.ts'
import { bySymbol, countOption, decimalOption, invalidOption, limitOption, namesOption, numberOption, optionalLimit, wordOption } from './option.ts'

const refuses = (read: () => unknown, rule: string): void => {
  expect(read).toThrow(SluiceError)
  expect(read).toThrow(`guard: option ${rule}`)
}

describe('options', () => {
  it('that are wrong say which guard, which option and which rule', () => {
    expect(invalidOption('guard', 'option', 'must be so')).toMatchObject({ code: 'CONFIGURATION_INVALID', message: 'guard: option must be so' })
  })

  it('that are decimals are exact strings', () => {
    expect([decimalOption('guard', 'option', '0.000000001'), decimalOption('guard', 'option', '0')]).toEqual([1n, 0n])
    expect(limitOption('guard', 'option', '2500.50')).toEqual({ units: 2500n * ONE + ONE / 2n, text: '2500.5' })
    for (const bad of [1, '1e3', '-1', '', ' 1', undefined, null]) refuses(() => limitOption('guard', 'option', bad as string), 'must be a decimal string')
    expect(optionalLimit('guard', 'option', undefined)).toBeUndefined()
    expect(optionalLimit('guard', 'option', '3')).toEqual({ units: 3n * ONE, text: '3' })
    refuses(() => optionalLimit('guard', 'option', 'x'), 'must be a decimal string')
  })

  it('that are numbers are positive and finite', () => {
    expect([numberOption('guard', 'option', 0.001), numberOption('guard', 'option', 900)]).toEqual([0.001, 900])
    for (const bad of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '5']) refuses(() => numberOption('guard', 'option', bad as number), 'must be a positive number')
  })

  it('that are counts are whole numbers from 1 on', () => {
    expect(countOption('guard', 'option', 1)).toEqual({ units: ONE, text: '1' })
    expect(countOption('guard', 'option', Number.MAX_SAFE_INTEGER).text).toBe('9007199254740991')
    for (const bad of [0, -1, 1.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1, '5']) refuses(() => countOption('guard', 'option', bad as number), 'must be a whole number from 1 on')
  })

  it('that are names are a list of texts', () => {
    expect(namesOption('guard', 'option', undefined)).toBeUndefined()
    expect(namesOption('guard', 'option', ['a', 'b', 'a'])).toEqual(new Set(['a', 'b']))
    expect(namesOption('guard', 'option', [])).toEqual(new Set())
    for (const bad of ['a', [''], ['a', 5], ['a', ''], {}]) refuses(() => namesOption('guard', 'option', bad as string[]), 'must be a list of names')
  })

  it('that are words are among those there are', () => {
    expect(wordOption('guard', 'option', 'a', ['a', 'b'])).toBe('a')
    refuses(() => wordOption('guard', 'option', 'c', ['a', 'b']), 'must be one of a, b')
  })

  it('of single symbols stand in for the general ones', () => {
    const limitOf = bySymbol('general', { AAPL: { most: 5 } }, ({ most }, path) => `${path}${most}`)
    expect([limitOf('AAPL'), limitOf('MSFT'), limitOf('constructor')]).toEqual(['symbols.AAPL.5', 'general', 'general'])
    expect(bySymbol('general', undefined, () => 'special')('AAPL')).toBe('general')
  })
})
