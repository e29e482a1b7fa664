import { expect, test } from 'vitest'
import { parseIdempotencyKey } from './idempotency-key.ts'

test('a key is the same with and without the quotes of RFC 8941', () => {
  expect(parseIdempotencyKey('8e03978e-40d5-43dd-bc93-6894a57f9324')).toBe('8e03978e-40d5-43dd-bc93-6894a57f9324')
  expect(parseIdempotencyKey('"8e03978e-40d5-43dd-bc93-6894a57f9324"')).toBe('8e03978e-40d5-43dd-bc93-6894a57f9324')
  expect(parseIdempotencyKey('"a\\"b\\\\c"')).toBe('a"b\\c')
})

test('what is neither is no key', () => {
  for (const header of ['', '""', '"', 'a b', '"a b"', '"a\\x"', '"a"b"', 'a"', 'ä', '"a"; q=1', 'k1, k2', 'x'.repeat(129)]) expect(parseIdempotencyKey(header)).toBeUndefined()
})
