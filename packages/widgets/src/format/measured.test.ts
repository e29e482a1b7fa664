import { expect, test } from 'vitest'
import { measured } from './measured.ts'

test.each([
  [{ limit: '5000', observed: '1912.5' }, '1,912.5 of 5,000'],
  [{ limit: '100', observed: '100' }, '100 of 100'],
  [{ limit: '5000' }, 'limit 5,000'],
  [{ observed: 'released' }, 'released'],
  [{ limit: 'paper', observed: 'paper' }, 'paper'],
  [{ limit: 'paper', observed: 'live' }, 'live · paper'],
  [{}, ''],
])('%o is read as "%s"', (guard, text) => {
  expect(measured(guard)).toBe(text)
})
