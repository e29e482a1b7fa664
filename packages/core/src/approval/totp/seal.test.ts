import { afterEach, expect, it, vi } from 'vitest'
import { secureBytes } from '../../runtime/secure-random.ts'
import { open, seal } from './seal.ts'

const key = secureBytes(32)
afterEach(() => { vi.restoreAllMocks() })

it('the nonce has the 96 bits that NIST SP 800-38D asks for', async () => {
  const [, nonce = ''] = (await seal(key, 'ann', 'geheim')).split('.')
  expect(Buffer.from(nonce, 'base64url')).toHaveLength(12)
})

it('the key can never be had back from where it is used', async () => {
  const imported = vi.spyOn(crypto.subtle, 'importKey')
  await open(key, 'ann', await seal(key, 'ann', 'geheim'))
  expect(imported.mock.calls.map(([format, , algorithm, extractable]) => [format, algorithm, extractable])).toEqual([['raw', 'AES-GCM', false], ['raw', 'AES-GCM', false]])
})

it.each(['', 'v1', 'v1.AAAA', 'v2.AAAA.AAAA', 'AAAA.AAAA'])('%j is said to be no sealed secret, and no key is tried on it', async (text) => {
  const decrypt = vi.spyOn(crypto.subtle, 'decrypt')
  await expect(open(key, 'ann', text)).rejects.toThrow('this is no sealed secret of a known version')
  expect(decrypt).not.toHaveBeenCalled()
})
