import { expect, test, vi } from 'vitest'
import { hashToken } from '../../src/auth/bearer-tokens.ts'
import * as constantTime from '../../src/auth/constant-time.ts'
import { signRequests } from '../../src/client/index.ts'
import { bearerTokens, signedRequests } from '../../src/index.ts'

const counted = vi.hoisted(() => ({ compares: 0 }))
vi.mock('../../src/auth/constant-time.ts', async (load) => {
  const real = await load<typeof constantTime>()
  return { ...real, equalBytes: (left: Uint8Array, right: Uint8Array): boolean => { counted.compares += 1; return real.equalBytes(left, right) } }
})

/** How often `work` compares secrets. */
async function comparesOf(work: () => unknown): Promise<number> {
  counted.compares = 0
  await work()
  return counted.compares
}

test('bytes are compared to the last, wherever they differ', () => {
  const readsOf = (difference: number | undefined): number => {
    let reads = 0
    const secret = new Uint8Array(32)
    const guess = Uint8Array.from({ length: 32 }, (_, index) => (index === difference ? 1 : 0))
    const watched = new Proxy(guess, { get: (bytes, name) => {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1
      return Reflect.get(bytes, name) as unknown
    } })
    expect(constantTime.equalBytes(secret, watched)).toBe(difference === undefined)
    return reads
  }
  expect([undefined, 0, 15, 31].map(readsOf)).toEqual([32, 32, 32, 32])
})

test('a token costs as many comparisons whether it is the first, the last, wrong or missing', async () => {
  const tokens = ['one', 'two', 'three']
  const authenticate = bearerTokens(tokens.map((token) => ({ sha256: hashToken(token), principal: { id: token, accounts: [] } })))
  const ask = (headers: Record<string, string>) => () => authenticate(new Request('http://x', { headers }), {})
  for (const headers of [{ Authorization: 'Bearer one' }, { Authorization: 'Bearer three' }, { Authorization: 'Bearer wrong' }, { Authorization: 'Basic one' }, {}] as readonly Record<string, string>[]) {
    expect(await comparesOf(ask(headers))).toBe(3)
  }
})

test('a signature of an unknown key is computed and compared like that of a known one', async () => {
  const asked: string[] = []
  const authenticate = signedRequests({ keyOf: (id) => { asked.push(id); return id === 'bot' ? { secret: 'the right secret, and long', principal: { id: 'bot', accounts: [] } } : undefined } })
  const signed = async (keyId: string, secret: string): Promise<Request> => {
    const url = 'http://x/api/v1/execution/orders'
    return new Request(url, { headers: await signRequests({ keyId, secret })({ method: 'GET', url, body: undefined, headers: {} }) })
  }
  for (const [keyId, secret, known] of [['bot', 'the right secret, and long', true], ['bot', 'a wrong secret, as long', false], ['nobody', 'the right secret, and long', false]] as const) {
    const request = await signed(keyId, secret)
    let found: unknown
    expect(await comparesOf(async () => { found = await authenticate(request, {}) })).toBe(1)
    expect(found !== null).toBe(known)
  }
  expect(asked).toEqual(['bot', 'bot', 'nobody'])
})
