import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { generate } from 'otplib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { secretFile } from '../../journal/sqlite/secret-file.ts'
import { secureBytes } from '../../runtime/secure-random.ts'
import type { SecretStore } from '../secret-store.ts'
import { qrCode } from './qr-code.ts'
import { open, seal } from './seal.ts'
import { totp } from './totp.ts'
import { totpSecrets } from './totp-secrets.ts'

const NOW = 1_800_000_000_000
const codeOf = (secret: string, time = NOW): Promise<string> => generate({ secret, strategy: 'totp', epoch: Math.floor(time / 1000) })

function memoryStore(): SecretStore & { readonly records: Map<string, string> } {
  const records = new Map<string, string>()
  return { records, get: async (name) => records.get(name), set: async (name, sealed) => { records.set(name, sealed) }, delete: async (name) => { records.delete(name) } }
}

describe('a sealed secret', () => {
  const key = secureBytes(32)
  it('opens with its key under its name, and every sealing looks different', async () => {
    const [first, second] = [await seal(key, 'ann', 'geheim'), await seal(key, 'ann', 'geheim')]
    expect(first).not.toBe(second)
    expect([await open(key, 'ann', first), await open(key, 'ann', second)]).toEqual(['geheim', 'geheim'])
    expect(first).not.toContain('geheim')
  })

  it('does not open with another key, under another name, or with any character changed', async () => {
    const sealed = await seal(key, 'ann', 'geheim')
    await expect(open(secureBytes(32), 'ann', sealed)).rejects.toThrow()
    await expect(open(key, 'bob', sealed)).rejects.toThrow()
    for (let index = 0; index < sealed.length - 1; index += 1) {
      const changed = sealed.slice(0, index) + (sealed[index] === 'A' ? 'B' : 'A') + sealed.slice(index + 1)
      await expect(open(key, 'ann', changed), `character ${index}`).rejects.toThrow()
    }
  })

  it.each([[new Uint8Array(16)], ['x'.repeat(32) as unknown as Uint8Array], [undefined as unknown as Uint8Array]])('takes no key but one of 32 bytes', async (wrong) => {
    await expect(seal(wrong, 'ann', 'geheim')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  })
})

describe('an enrolment', () => {
  const make = () => {
    const store = memoryStore()
    const key = secureBytes(32)
    return { store, secrets: totpSecrets({ store, key: () => key, issuer: 'Desk 1' }) }
  }

  it('shows a secret of 160 bits once, as text and as an address that an authenticator reads', async () => {
    const { secrets, store } = make()
    const { secret, uri } = await secrets.enrol('ann')
    expect(secret).toMatch(/^[A-Z2-7]{32}$/)
    const url = new URL(uri)
    expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual(['otpauth:', 'totp', '/Desk 1:ann'])
    expect([url.searchParams.get('secret'), url.searchParams.get('issuer')]).toEqual([secret, 'Desk 1'])
    expect(JSON.stringify([...store.records])).not.toContain(secret)
    expect(await secrets.secretOf('ann')).toBeUndefined()
  })

  it('counts only after a code of it, and the secret before it counts until then', async () => {
    const { secrets } = make()
    const first = await secrets.enrol('ann')
    expect(await secrets.confirm('ann', '000000', NOW)).toBe(false)
    expect(await secrets.confirm('ann', await codeOf(first.secret), NOW)).toBe(true)
    expect(await secrets.confirm('ann', await codeOf(first.secret), NOW)).toBe(false)
    const second = await secrets.enrol('ann')
    expect(await secrets.secretOf('ann')).toBe(first.secret)
    expect(await secrets.confirm('ann', await codeOf(second.secret), NOW)).toBe(true)
    const provider = totp({ secretOf: (person) => secrets.secretOf(person) })
    expect(await provider.verify({ actor: 'ann', code: await codeOf(first.secret), time: NOW })).toEqual({ valid: false })
    expect(await provider.verify({ actor: 'ann', code: await codeOf(second.secret), time: NOW })).toMatchObject({ valid: true })
    await secrets.remove('ann')
    expect(await provider.verify({ actor: 'ann', code: await codeOf(second.secret), time: NOW })).toEqual({ valid: false })
  })

  it('of one person never opens for another, also when somebody moves it in the store', async () => {
    const { secrets, store } = make()
    const { secret } = await secrets.enrol('ann')
    await secrets.confirm('ann', await codeOf(secret), NOW)
    store.records.set('totp/secret/bob', store.records.get('totp/secret/ann') ?? '')
    await expect(secrets.secretOf('bob')).rejects.toThrow()
    expect(await totp({ secretOf: (person) => secrets.secretOf(person) }).verify({ actor: 'bob', code: await codeOf(secret), time: NOW })).toEqual({ valid: false })
  })

  it('is drawn as a QR code for a page and for a terminal', async () => {
    const { uri } = await make().secrets.enrol('ann')
    expect(await qrCode(uri, 'svg')).toMatch(/^<svg .*<\/svg>$/s)
    expect((await qrCode(uri, 'text')).split('\n').length).toBeGreaterThan(15)
  })

  it.each(['', ' ', 'a b', 'x'.repeat(129)])('of %j is refused', async (person) => {
    await expect(make().secrets.enrol(person)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  })
})

describe('the file of secrets', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-secrets-')) })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  it('keeps them for the next process, for its owner only, and no secret is in it', async () => {
    const path = join(folder, 'secrets.json')
    const key = secureBytes(32)
    const open = () => totpSecrets({ store: secretFile(path), key: () => key, issuer: 'Desk' })
    const first = open()
    const enrolled = await Promise.all(['ann', 'bob', '__proto__'].map(async (person) => ({ person, ...await first.enrol(person) })))
    for (const { person, secret } of enrolled) expect(await first.confirm(person, await codeOf(secret), NOW)).toBe(true)
    for (const { person, secret } of enrolled) expect(await open().secretOf(person)).toBe(secret)
    expect(await open().secretOf('toString')).toBeUndefined()
    const bytes = readFileSync(path, 'utf8')
    for (const { secret } of enrolled) expect(bytes).not.toContain(secret)
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('that is damaged is not taken for an empty one', async () => {
    const path = join(folder, 'secrets.json')
    writeFileSync(path, '{"version":2,"records":{}}')
    await expect(secretFile(path).get('totp/secret/ann')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
    await expect(secretFile(path).set('totp/secret/ann', 'x')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
    expect(readFileSync(path, 'utf8')).toContain('"version":2')
  })
})
