import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createFailedLogins, networkOf } from './failed-logins.ts'

test('an address that failed too often waits, and no other one does', async () => {
  const clock = createVirtualClock()
  const logins = createFailedLogins({ perSecond: 0.5, burst: 3 }, clock)
  for (let count = 0; count < 3; count += 1) {
    expect(() => { logins.assertOpen('192.0.2.1') }).not.toThrow()
    logins.count('192.0.2.1')
  }
  expect(() => { logins.assertOpen('192.0.2.1') }).toThrowError(expect.objectContaining({ problem: expect.objectContaining({ status: 429, code: 'LOGIN_RATE_EXCEEDED' }), headers: { 'Retry-After': '2' } }))
  expect(() => { logins.assertOpen('192.0.2.2') }).not.toThrow()
  await clock.advance(2000)
  expect(() => { logins.assertOpen('192.0.2.1') }).not.toThrow()
  logins.count('192.0.2.1')
  expect(() => { logins.assertOpen('192.0.2.1') }).toThrow()
})

test('an address that nobody knows is never limited: it would be everybody\'s', () => {
  const logins = createFailedLogins({ perSecond: 0.001, burst: 1 }, createVirtualClock())
  for (let count = 0; count < 10; count += 1) logins.count(undefined)
  expect(() => { logins.assertOpen(undefined) }).not.toThrow()
})

test.each([
  ['192.0.2.7', '192.0.2.7'], ['::ffff:192.0.2.7', '192.0.2.7'], ['::1', '0:0:0:0'], ['2001:DB8:1:2:3:4:5:6', '2001:db8:1:2'], ['2001:0db8:0001:0002::6', '2001:db8:1:2'],
  ['2001:db8::5', '2001:db8:0:0'], ['fe80::1%eth0', 'fe80:0:0:0'], ['2001:db8:1:2:3:4::', '2001:db8:1:2'], ['', ''],
])('the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('whoever has a network of version 6 has one budget for all its addresses', () => {
  const logins = createFailedLogins({ perSecond: 0.001, burst: 5 }, createVirtualClock())
  for (let count = 0; count < 5; count += 1) logins.count(`2001:db8:1:2::${count.toString(16)}`)
  expect(() => { logins.assertOpen('2001:db8:1:2:ffff::9') }).toThrow()
  expect(() => { logins.assertOpen('2001:db8:1:3::1') }).not.toThrow()
})
