import { expect, test } from 'vitest'
import { formatAverage, formatNumber, formatPrice, formatProfit, signOf } from './numbers.ts'

test('shows every digit, beyond what a float can hold', () => {
  expect(formatNumber('123456789012345678.123456789')).toBe('123,456,789,012,345,678.123456789')
  expect(formatNumber('0.000000001')).toBe('0.000000001')
  expect(formatNumber('-1912')).toBe('-1,912')
})

test('a price has at least two digits after the point', () => {
  expect(formatPrice('187.5')).toBe('187.50')
  expect(formatPrice('187.4230001')).toBe('187.4230001')
})

test('what is no decimal comes back as it is', () => {
  for (const text of ['', 'regular', '1e5', '<b>', '1'.repeat(80)]) expect(formatNumber(text)).toBe(text)
})

test('a profit carries its sign', () => {
  expect([formatProfit('386.4'), formatProfit('-12.5'), formatProfit('0')]).toEqual(['+386.40', '-12.50', '0.00'])
  expect([signOf('0.00'), signOf('-0.1'), signOf('2')]).toEqual([0, -1, 1])
})

test('averages are read to four digits and profits to two, the strings themselves rounded', () => {
  expect(formatAverage('22.510833333')).toBe('22.5108')
  expect(formatAverage('22.5')).toBe('22.50')
  expect(formatProfit('12345678901234.987654321')).toBe('+12,345,678,901,234.99')
  expect(formatProfit('-0.124999998')).toBe('-0.12')
})
