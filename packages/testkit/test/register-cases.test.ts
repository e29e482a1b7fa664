import { testJournal } from '@sluice/testkit'
import { expect, test } from 'vitest'

const create = (): never => { throw new Error('never called') }

test('a skip that names no case is refused', () => {
  expect(() => { testJournal({ create, skip: [{ case: 'J99', reason: 'nobody knows' }] }) }).toThrow('there is no case J99')
})

test('a skip without a reason is refused', () => {
  expect(() => { testJournal({ create, skip: [{ case: 'J01', reason: ' ' }] }) }).toThrow('J01 needs a reason')
})
