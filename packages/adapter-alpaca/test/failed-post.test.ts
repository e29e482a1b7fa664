// Every row (P1, P2, …) of the table of failed POST /v2/orders in docs/alpaca.md, on real sockets. rows.test.ts sees to it that none is missing.
import { makeApprovedOrder } from '@sluice/core/testing'
import { describe, expect, test } from 'vitest'
import { alpacaBroker } from '../src/index.ts'
import type { HttpFaultKind } from '../src/testing/index.ts'
import { openAlpaca, prepareAlpaca } from './open-alpaca.ts'

const order = (clientOrderId: string) => makeApprovedOrder({ clientOrderId, terms: { limitPrice: '100' } })

interface Row {
  readonly row: string
  readonly fault: HttpFaultKind
  readonly outcome: object
  /** What Alpaca holds afterwards. */
  readonly placed: boolean
}

const problem = (code: number, message: string): string => JSON.stringify({ code, message })
const refused = (code: string, message: string): object => ({ kind: 'refused', code, message })

const ROWS: readonly Row[] = [
  { row: 'P1', fault: { kind: 'answer', status: 429, headers: { 'Retry-After': '0' } }, outcome: { kind: 'not_sent', retryable: true }, placed: false },
  { row: 'P2', fault: { kind: 'answer', status: 400, body: problem(40010000, 'bad request') }, outcome: refused('40010000', 'bad request'), placed: false },
  { row: 'P2', fault: { kind: 'answer', status: 401, body: problem(40110000, 'request is not authorized') }, outcome: refused('40110000', 'request is not authorized'), placed: false },
  { row: 'P2', fault: { kind: 'answer', status: 403, body: problem(40310000, 'insufficient buying power') }, outcome: refused('40310000', 'insufficient buying power'), placed: false },
  { row: 'P2', fault: { kind: 'answer', status: 404, body: problem(40410000, 'not found') }, outcome: refused('40410000', 'not found'), placed: false },
  { row: 'P2', fault: { kind: 'answer', status: 422, body: problem(42210000, 'sub-penny increment') }, outcome: refused('42210000', 'sub-penny increment'), placed: false },
  { row: 'P3', fault: { kind: 'answer', status: 422, body: problem(40010001, 'client_order_id must be unique') }, outcome: { kind: 'duplicate' }, placed: false },
  { row: 'P3', fault: { kind: 'answer', status: 409, body: problem(40910000, 'client_order_id must be unique') }, outcome: { kind: 'duplicate' }, placed: false },
  ...[408, 500, 502, 503, 504].flatMap((status): Row[] => [true, false].map((effect) => ({
    row: 'P4', fault: { kind: 'answer', status, body: '<html><body>Gateway</body></html>', effect }, outcome: { kind: 'ambiguous', reason: `Alpaca answered ${status}` }, placed: effect,
  }))),
  ...([['P5', 'reset'], ['P5', 'end'], ['P7', 'hang']] as const).flatMap(([row, kind]): Row[] => [true, false].map((effect) => ({ row, fault: { kind, effect }, outcome: { kind: 'ambiguous' }, placed: effect }))),
  ...([['P8', 'truncated'], ['P9', 'malformed'], ['P9', 'empty'], ['P10', 'null'], ['P10', 'empty_object']] as const).map(([row, kind]): Row => ({ row, fault: { kind }, outcome: { kind: 'ambiguous' }, placed: true })),
  { row: 'P11', fault: { kind: 'answer', status: 307, headers: { Location: 'http://127.0.0.1:1/' } }, outcome: { kind: 'not_sent', retryable: false }, placed: false },
  { row: 'P10', fault: { kind: 'answer', status: 200, body: JSON.stringify({ id: 'x', client_order_id: 'other', status: 'new' }) }, outcome: { kind: 'ambiguous' }, placed: false },
]

const label = ({ fault, placed, row }: Row): string => `${row} ${fault.kind}${fault.kind === 'answer' ? ` ${fault.status}` : ''}, ${placed ? 'placed' : 'not placed'}`

describe('a POST that fails', () => {
  test.each(ROWS.map((row) => [label(row), row] as const))('%s', async (_name, { fault, outcome, placed }) => {
    const { adapter, fake } = await openAlpaca({ requestTimeout: fault.kind === 'hang' ? 500 : 3000 })
    fake.faults.add({ ...fault, method: 'POST' })
    const answer = await adapter.submit(order('a'))
    expect(answer).toMatchObject(outcome)
    expect(fake.oracle.orders()).toHaveLength(placed ? 1 : 0)
    expect((await adapter.lookup('a')).kind).toBe(placed ? 'found' : 'not_found')
    expect(JSON.stringify(answer)).not.toContain(fake.secretKey)
  })

  test('P6 without a listener on the port it is certainly not sent', async () => {
    const { adapter, fake } = await openAlpaca()
    await fake.close()
    await expect.poll(async () => (await adapter.submit(order('a'))).kind).toBe('not_sent')
    await adapter.close()
  })

  test('P6 to a host without a name it is certainly not sent', async () => {
    const { fake } = await prepareAlpaca()
    const adapter = alpacaBroker({ environment: 'paper', keyId: fake.keyId, secretKey: fake.secretKey, url: 'http://nowhere.invalid', streamUrl: fake.streamUrl })
    const { makeContext } = await import('@sluice/core/testing')
    await adapter.connect(makeContext())
    expect(await adapter.submit(order('a'))).toMatchObject({ kind: 'not_sent', retryable: true })
    await adapter.close()
  })

  test('P7 one that ends with the connection is ambiguous, and takes no answer later', async () => {
    const { adapter, fake } = await openAlpaca({ requestTimeout: 5000 })
    fake.faults.add({ kind: 'hang', method: 'POST' })
    const pending = adapter.submit(order('a'))
    await expect.poll(() => fake.oracle.orders().length).toBe(1)
    await adapter.close()
    expect(await pending).toMatchObject({ kind: 'ambiguous' })
  })

  test('no order is ever sent twice by the adapter', async () => {
    let posts = 0
    const { adapter, fake } = await openAlpaca({}, { observe: ({ method }) => { if (method === 'POST') posts += 1 } })
    fake.faults.add({ kind: 'answer', status: 504, effect: true, method: 'POST', times: 5 })
    for (const id of ['a', 'b', 'c']) expect((await adapter.submit(order(id))).kind).toBe('ambiguous')
    expect(posts).toBe(3)
  })
})

test('an order that Alpaca would refuse is denied before it is sent', async () => {
  const { adapter, fake } = await openAlpaca()
  const outcome = await adapter.submit(makeApprovedOrder({ clientOrderId: 'a', terms: { limitPrice: '100.001' } }))
  expect(outcome).toEqual({ kind: 'not_sent', retryable: false, reason: 'prices move in cents, below a dollar in hundredths of a cent' })
  expect(fake.oracle.orders()).toEqual([])
})

test('while the stream is down nothing is sent', async () => {
  const { adapter, fake, states } = await openAlpaca({ firstRetry: 5000, longestRetry: 5000 })
  fake.stream.drop()
  await expect.poll(states).toContain('gap')
  expect(await adapter.submit(order('a'))).toMatchObject({ kind: 'not_sent' })
  expect(fake.oracle.orders()).toEqual([])
})
