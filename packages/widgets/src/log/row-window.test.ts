import { expect, test } from 'vitest'
import { rowWindow } from './row-window.ts'

test('renders what is seen and a margin, however many rows there are', () => {
  expect(rowWindow({ scrollTop: 0, height: 320, rowHeight: 32, count: 10_000 })).toEqual({ start: 0, end: 17 })
  expect(rowWindow({ scrollTop: 32_000, height: 320, rowHeight: 32, count: 10_000 })).toEqual({ start: 994, end: 1017 })
})

test('ends with the last row', () => {
  expect(rowWindow({ scrollTop: 1_000_000, height: 320, rowHeight: 32, count: 20 })).toEqual({ start: 19, end: 20 })
  expect(rowWindow({ scrollTop: 0, height: 320, rowHeight: 32, count: 0 })).toEqual({ start: 0, end: 0 })
})
