import { createVirtualClock } from '@sluice/core/testing'
import { createLocalJWKSet, errors, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Principal } from '../access/principal.ts'
import { signRequests } from '../client/sign-requests.ts'
import { jwtBearer } from '../jwt.ts'
import { anyOf, type Authenticator } from './authenticator.ts'
import { bearerTokens, hashToken } from './bearer-tokens.ts'
import { cookieSession } from './cookie-session.ts'
import { createNonceMemory } from './nonce-memory.ts'
import { signedRequests } from './signed-requests.ts'

const alice: Principal = { id: 'alice', accounts: ['main'] }
const ask = async (authenticate: Authenticator, headers: Record<string, string>, init: RequestInit = {}): Promise<Principal | null> =>
  authenticate(new Request('https://x/api/v1/execution/order?a=1', { ...init, headers: { ...headers, ...(init.headers as Record<string, string>) } }), {})

describe('bearer tokens', () => {
  const authenticate = bearerTokens([{ sha256: hashToken('s3cret-token'), principal: alice }, { sha256: hashToken('other'), principal: { id: 'bob', accounts: [], via: 'desk' } }])

  test('only the whole token is taken', async () => {
    expect(await ask(authenticate, { Authorization: 'Bearer s3cret-token' })).toEqual({ ...alice, via: 'bearer' })
    expect(await ask(authenticate, { Authorization: 'bearer other' })).toMatchObject({ id: 'bob', via: 'desk' })
    for (const value of ['', 'Bearer', 'Bearer ', 'Bearer s3cret-toke', 'Bearer s3cret-token2', 'Bearer s3cret-token, Bearer x', 'Basic s3cret-token', hashToken('s3cret-token')]) {
      expect(await ask(authenticate, { Authorization: value })).toBeNull()
    }
    expect(await ask(authenticate, {})).toBeNull()
  })

  test('a hash that is none is refused at once', () => {
    expect(() => bearerTokens([{ sha256: 's3cret-token', principal: alice }])).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  })

  test('a token that was forgotten in the settings is nobody\'s, not everybody\'s', () => {
    expect(() => hashToken('')).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  })

  test('every entry is compared, whichever fits, and none of an empty list', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ sha256: hashToken(`t${index}`), principal: { id: `p${index}`, accounts: [] } }))
    for (const index of [0, 25, 49]) expect(await ask(bearerTokens(many), { Authorization: `Bearer t${index}` })).toMatchObject({ id: `p${index}` })
    expect(await ask(bearerTokens([]), { Authorization: 'Bearer x' })).toBeNull()
  })
})

describe('signed requests', () => {
  const start = Date.now()
  const open = (options: { readonly remembered?: number } = {}) => {
    const clock = createVirtualClock({ start: start })
    return { clock, authenticate: signedRequests({ keyOf: (id) => (id === 'k1' ? { secret: 'zqcanary, that both have', principal: alice } : undefined), clock, ...options }) }
  }
  const body = '{"symbol":"AAPL"}'
  const sign = (secret = 'zqcanary, that both have', keyId = 'k1') =>
    signRequests({ keyId, secret })({ method: 'POST', url: '/api/v1/execution/order?a=1', body, headers: { 'Idempotency-Key': 'o1', 'Content-Type': 'application/json' } })
  const own = { 'Idempotency-Key': 'o1', 'Content-Type': 'application/json' }
  const post = (authenticate: Authenticator, headers: Record<string, string>, change: RequestInit = {}) => ask(authenticate, { ...own, ...headers }, { method: 'POST', body, ...change })

  test('what the client signs is known, once', async () => {
    const { authenticate } = open()
    const headers = await sign()
    expect(await post(authenticate, headers)).toEqual({ ...alice, via: 'signature' })
    expect(await post(authenticate, headers)).toBeNull()
    expect(await post(authenticate, await sign())).toMatchObject({ id: 'alice' })
  })

  test.each(['', 'short'])('a secret that is %j signs for nobody: it is a failure of ours, not a way in', async (secret) => {
    const authenticate = signedRequests({ keyOf: () => ({ secret, principal: alice }), clock: createVirtualClock({ start }) })
    // Web Crypto takes no empty key; the letters of the signature do not matter here.
    const headers = { ...await sign(), ...(secret === '' ? {} : await sign(secret)) }
    await expect(post(authenticate, headers)).rejects.toThrow('shorter than 16')
  })

  test('whatever is changed on the way makes it nobody\'s', async () => {
    const { authenticate } = open()
    const headers = await sign()
    expect(await post(authenticate, headers, { body: `${body} ` })).toBeNull()
    expect(await post(authenticate, headers, { method: 'PATCH' })).toBeNull()
    expect(await post(authenticate, { ...headers, 'Idempotency-Key': 'o2' })).toBeNull()
    expect(await post(authenticate, { ...headers, 'If-Match': '*' })).toBeNull()
    expect(await post(authenticate, { ...headers, 'X-Signature-Nonce': 'x'.repeat(20) })).toBeNull()
    expect(await authenticate(new Request('https://x/api/v1/execution/order?a=2', { method: 'POST', body, headers: { ...own, ...headers } }), {})).toBeNull()
    expect(await post(authenticate, await sign('zqcanary of another'))).toBeNull()
    expect(await post(authenticate, await sign('zqcanary, that both have', 'k2'))).toBeNull()
    for (const name of Object.keys(headers)) expect(await post(authenticate, { ...headers, [name]: '' })).toBeNull()
    // None of these attempts used up the nonce.
    expect(await post(authenticate, headers)).toMatchObject({ id: 'alice' })
  })

  test('31 seconds early or late is too far', async () => {
    for (const [offset, known] of [[-31_500, false], [-20_000, true], [20_000, true], [31_500, false]] as const) {
      const clock = createVirtualClock({ start: Date.now() + offset })
      const authenticate = signedRequests({ keyOf: () => ({ secret: 'zqcanary, that both have', principal: alice }), clock })
      expect((await post(authenticate, await sign())) !== null).toBe(known)
    }
  })

  test('neither a clock that is set back nor a flood of nonces opens the past', () => {
    const window = 30_000
    const memory = createNonceMemory(window, 100)
    const now = 1_000_000
    expect(memory.take('a', now, now)).toBe(true)
    expect(memory.take('b', now + 90_000, now + 90_000)).toBe(true)
    expect(memory.take('a', now, now)).toBe(false)
    expect(memory.take('c', now + 90_001, now)).toBe(true)
    for (let index = 0; index < 500; index += 1) memory.take(`n${index}`, now + 91_000 + index, now + 91_000 + index)
    expect(memory.take('b', now + 90_000, now + 91_500)).toBe(false)
  })

  describe('over several processes', () => {
    const shared = () => {
      const taken = new Map<string, number>()
      const store = { down: false, taken, take: async (nonce: string, expiresAt: number): Promise<boolean> => {
        if (store.down) throw new Error('the store is down')
        return !taken.has(nonce) && taken.set(nonce, expiresAt) !== undefined
      } }
      const process = () => signedRequests({ keyOf: () => ({ secret: 'zqcanary, that both have', principal: alice }), clock: createVirtualClock({ start }), nonces: store })
      return { store, one: process(), other: process() }
    }
    const signCancel = () => signRequests({ keyId: 'k1', secret: 'zqcanary, that both have' })({ method: 'DELETE', url: '/api/v1/execution/order?a=1', body: '', headers: {} })
    const cancel = (authenticate: Authenticator, headers: Record<string, string>) => ask(authenticate, headers, { method: 'DELETE' })

    test('a request is good once at all of them together; without a store it is good once at each', async () => {
      const { store, one, other } = shared()
      const headers = await sign()
      const answers = await Promise.all([post(one, headers), post(other, headers), post(one, headers)])
      expect(answers.filter((answer) => answer !== null)).toHaveLength(1)
      const [expiresAt = 0] = store.taken.values()
      // Until the slowest clock that may serve it takes it no more.
      expect(expiresAt).toBeGreaterThanOrEqual(Number(headers['X-Signature-Time']) + 60_000)
      const alone = await sign()
      expect([await post(open().authenticate, alone), await post(open().authenticate, alone)]).toEqual([expect.anything(), expect.anything()])
    })

    test('what nobody signed takes no place in it', async () => {
      const { store, one } = shared()
      expect(await post(one, await sign('zqcanary of another'))).toBeNull()
      expect(store.taken.size).toBe(0)
    })

    test('while the store is down an order is a failure of ours, and a cancel goes, once at each process', async () => {
      const { store, one } = shared()
      store.down = true
      await expect(post(one, await sign())).rejects.toThrow('the store is down')
      const headers = await signCancel()
      expect(await cancel(one, headers)).toMatchObject({ id: 'alice' })
      expect(await cancel(one, headers)).toBeNull()
    })
  })

  test('a body that is too large is not read to its end', async () => {
    const { authenticate } = open()
    let pulled = 0
    const endless = new ReadableStream<Uint8Array>({ pull: (controller) => { pulled += 1; controller.enqueue(new Uint8Array(65_536)) } })
    expect(await post(authenticate, await sign(), { body: endless, duplex: 'half' } as RequestInit)).toBeNull()
    expect(pulled).toBeLessThan(10)
  })
})

describe('cookies', () => {
  const authenticate = cookieSession({ name: 'session', principalOf: (value) => (value === 'abc=' ? alice : null) })

  test('are marked as such, so that pages of other sites are refused', async () => {
    expect(await ask(authenticate, { Cookie: 'theme=dark; session=abc=' })).toEqual({ ...alice, via: 'cookie' })
    for (const cookie of ['', 'session=', 'session=x', 'xsession=abc=', 'session=abc=; session=abc=']) expect(await ask(authenticate, { Cookie: cookie })).toBeNull()
  })

  test('several ways are asked in turn; one that fails is no answer', async () => {
    const bearer = bearerTokens([{ sha256: hashToken('t'), principal: { id: 'bot', accounts: [] } }])
    expect(await ask(anyOf(bearer, authenticate), { Cookie: 'session=abc=' })).toMatchObject({ via: 'cookie' })
    expect(await ask(anyOf(bearer, authenticate), { Cookie: 'session=abc=', Authorization: 'Bearer t' })).toMatchObject({ id: 'bot' })
    await expect(ask(anyOf(() => { throw new Error('down') }, authenticate), { Cookie: 'session=abc=' })).rejects.toThrow('down')
  })
})

describe('JWT', () => {
  const make = async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const jwks = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] })
    const token = (claims: Record<string, unknown> = {}, { issuer = 'https://id.example', audience = 'sluice', expires = '1m' } = {}): Promise<string> =>
      new SignJWT({ sub: 'alice', ...claims }).setProtectedHeader({ alg: 'ES256', kid: 'one' }).setIssuer(issuer).setAudience(audience).setExpirationTime(expires).sign(privateKey)
    const options = { issuer: 'https://id.example', audience: 'sluice', algorithms: ['ES256'], principalOf: ({ sub }: { sub?: string }) => (sub === 'alice' ? alice : null) }
    return { jwks, token, options, privateKey }
  }

  test('a token of the issuer, for us and in time, is its principal\'s', async () => {
    const { jwks, token, options } = await make()
    const authenticate = jwtBearer({ ...options, jwks })
    const bearer = async (text: string): Promise<Principal | null> => ask(authenticate, { Authorization: `Bearer ${text}` })
    expect(await bearer(await token())).toEqual({ ...alice, via: 'jwt' })
    expect(await bearer(await token({ sub: 'mallory' }))).toBeNull()
    expect(await bearer(await token({}, { issuer: 'https://evil.example' }))).toBeNull()
    expect(await bearer(await token({}, { audience: 'elsewhere' }))).toBeNull()
    expect(await bearer(await token({}, { expires: '-1m' }))).toBeNull()
    const [head, , signature] = (await token()).split('.')
    expect(await bearer(`${head}.${Buffer.from('{"sub":"alice","iss":"https://id.example","aud":"sluice","exp":9999999999}').toString('base64url')}.${signature}`)).toBeNull()
    expect(await bearer(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"alice"}').toString('base64url')}.`)).toBeNull()
    expect(await bearer('no.jwt')).toBeNull()
    expect(await ask(authenticate, {})).toBeNull()
  })

  test('a token without an end, or of another key, is nobody\'s', async () => {
    const { jwks, options, privateKey } = await make()
    const other = await make()
    const endless = await new SignJWT({ sub: 'alice' }).setProtectedHeader({ alg: 'ES256', kid: 'one' }).setIssuer(options.issuer).setAudience('sluice').sign(privateKey)
    for (const text of [endless, await other.token()]) expect(await ask(jwtBearer({ ...options, jwks }), { Authorization: `Bearer ${text}` })).toBeNull()
  })

  test('keys that cannot be fetched are a failure, not a stranger', async () => {
    const { token, options } = await make()
    const authenticate = jwtBearer({ ...options, jwks: () => { throw new errors.JWKSTimeout() } })
    await expect(ask(authenticate, { Authorization: `Bearer ${await token()}` })).rejects.toThrow(errors.JWKSTimeout)
    const closed = jwtBearer({ ...options, jwks: 'http://127.0.0.1:1/jwks' })
    await expect(ask(closed, { Authorization: `Bearer ${await token()}` })).rejects.toThrow('')
  })

  test('signatures with a secret that both haves, or none, cannot be configured', async () => {
    const { jwks, options } = await make()
    for (const algorithms of [['HS256'], ['none'], [], ['ES256', 'HS512']]) expect(() => jwtBearer({ ...options, jwks, algorithms })).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  })
})
