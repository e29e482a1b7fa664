import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatCursor, parseCursor } from './cursor.ts'

test('a cursor survives its text', () => {
  const account = fc.oneof(fc.constant('*'), fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/))
  fc.assert(fc.property(fc.uniqueArray(fc.tuple(account, fc.nat()), { selector: ([name]) => name, minLength: 1 }), (parts) => {
    expect([...(parseCursor(formatCursor(new Map(parts)), undefined) ?? [])]).toEqual(parts)
  }))
})

test('a plain number needs a single account to belong to', () => {
  expect([...(parseCursor('12', 'main') ?? [])]).toEqual([['main', 12]])
  expect(parseCursor('12', undefined)).toBeUndefined()
})

test('anything else is no cursor', () => {
  for (const text of ['', ' ', 'main', 'main:', ':1', 'main:-1', 'main:01', 'main:1,', 'main:1,main:2', 'a:1;b:2', '1.5', '**:1']) {
    expect(parseCursor(text, 'main')).toBeUndefined()
  }
})
