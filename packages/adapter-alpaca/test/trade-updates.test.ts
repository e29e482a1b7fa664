// Every row (S1, S2, …) of the table of the stream in docs/alpaca.md. rows.test.ts sees to it that none is missing.
import { makeApprovedOrder, makeApprovedReplacement, makeCancel } from '@sluice/core/testing'
import { describe, expect, test } from 'vitest'
import { openAlpaca, type OpenAlpaca, prepareAlpaca } from './open-alpaca.ts'

const order = (clientOrderId: string, limitPrice = '100') => makeApprovedOrder({ clientOrderId, terms: { limitPrice } })

async function place({ adapter }: OpenAlpaca, clientOrderId: string): Promise<string> {
  const outcome = await adapter.submit(order(clientOrderId))
  if (outcome.kind !== 'accepted') throw new Error(`expected an accepted order, not ${outcome.kind}`)
  await expect.poll(async () => { const found = await adapter.lookup(clientOrderId); return found.kind === 'found' ? found.order.status : found.kind }).toBe('new')
  return outcome.brokerOrderId
}

const fillsOf = ({ updates }: OpenAlpaca): string[] => updates.flatMap((update) => (update.kind === 'fill' ? [`${update.execution.lastQuantity}@${update.execution.lastPrice}`] : []))

describe('the first connection', () => {
  test.each([
    ['S11 ', 'refuse', 'Alpaca answered the handshake with 429'], ['S7 ', 'black_hole', 'no handshake within 800 ms'], ['S8 ', 'never_authenticate', 'no authorisation within 800 ms'],
    ['S9 ', 'never_listen', 'no acknowledgement within 800 ms'], ['S10 ', 'unauthorized', 'Alpaca refused the key'],
  ] as const)('%s%s: connect rejects and says why', async (_row, fault, reason) => {
    const { connect, fake } = await prepareAlpaca({ connectPatience: 0 })
    fake.stream.onConnect(fault)
    await expect(connect()).rejects.toThrow(reason)
    await connect()
  })

  test('S11 after a crash it waits for the place that its dead connection still holds', async () => {
    const open = await prepareAlpaca()
    open.fake.stream.onConnect('refuse', 'refuse')
    await open.connect()
    expect(open.states()).toEqual(['connecting', 'ready'])
    expect(open.fake.stream.attempts()).toBe(3)
  })

  test('closed while it waits it gives up at once', async () => {
    const open = await prepareAlpaca({ refusedRetry: 60_000 })
    open.fake.stream.onConnect('refuse')
    const pending = open.connect()
    await expect.poll(() => open.fake.stream.attempts()).toBe(1)
    await open.adapter.close()
    await expect(pending).rejects.toThrow('closed before it stood')
  })

  test('a wrong secret is refused, and named nowhere', async () => {
    const { connect } = await prepareAlpaca({ secretKey: 'zqcanary-wrong-secret' })
    const error = await connect().catch((caught: unknown) => caught)
    expect(String(error)).toContain('Alpaca refused the key')
    expect(String(error)).not.toContain('wrong-secret')
  })
})

describe('a connection that is lost', () => {
  test('S5 S9 a drop is a gap, and ready comes only with the acknowledgement', async () => {
    const open = await openAlpaca()
    open.fake.stream.onConnect('never_listen')
    open.fake.stream.drop()
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap'])
    await expect.poll(() => open.fake.stream.attempts()).toBe(2)
    expect(open.states().at(-1)).toBe('gap')
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
    expect(open.fake.stream.attempts()).toBe(3)
  })

  test('S6 a half-open line is found by its missing pong', async () => {
    const open = await openAlpaca()
    open.fake.stream.halfOpen()
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
  })

  test('S12 nothing is sent again: what happened meanwhile is in the snapshot, under the ids that the stream would have given', async () => {
    const open = await openAlpaca({ firstRetry: 200 })
    const id = await place(open, 'a')
    open.fake.market.trade('a', '4')
    await expect.poll(() => fillsOf(open)).toEqual(['4@100'])
    open.fake.stream.drop()
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap'])
    open.fake.market.trade('a', '6')
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
    expect(fillsOf(open)).toEqual(['4@100'])
    const { executions } = await open.adapter.snapshot()
    expect(executions).toMatchObject({ status: 'present', value: [{ executionId: `${id}:4` }, { executionId: `${id}:10`, lastQuantity: '6' }] })
  })

  test('S13 closed and connected again it has a connection of its own, and tells what comes over it', async () => {
    const open = await openAlpaca()
    await place(open, 'a')
    await open.adapter.close()
    await open.connect()
    open.fake.market.trade('a', '10')
    await expect.poll(() => fillsOf(open)).toEqual(['10@100'])
    expect([open.states(), open.fake.stream.attempts()]).toEqual([['connecting', 'ready', 'connecting', 'ready'], 2])
  })

  test.each([['S11 ', 'refuse'], ['S10 ', 'unauthorized']] as const)('%s%s on a reconnect is tried again, slowly', async (_row, fault) => {
    const open = await openAlpaca()
    const before = performance.now()
    open.fake.stream.onConnect(fault)
    open.fake.stream.drop()
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
    expect(performance.now() - before).toBeGreaterThan(150)
  })

  test.each([['S7 ', 'black_hole'], ['S8 ', 'never_authenticate']] as const)('%s%s on a reconnect ends by its watchdog', async (_row, fault) => {
    const open = await openAlpaca()
    open.fake.stream.onConnect(fault)
    open.fake.stream.drop()
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
  })
})

describe('frames', () => {
  test.each(['paper', 'live'] as const)('S1 they are read as %s sends them: binary or text', async (environment) => {
    const open = await openAlpaca({ environment }, { environment })
    await place(open, 'a')
    open.fake.market.trade('a', '10')
    await expect.poll(() => fillsOf(open)).toEqual(['10@100'])
    expect(open.states()).toEqual(['connecting', 'ready'])
  })

  test('S2 they are told in their order, those behind a question too', async () => {
    const open = await openAlpaca()
    const ids = Array.from({ length: 30 }, (_, index) => `b-${index}`)
    for (const id of ids) await open.adapter.submit(order(id))
    await expect.poll(() => open.fake.oracle.orders().every(({ status }) => status === 'new')).toBe(true)
    const first = await place(open, 'first')
    const before = open.updates.length
    // Its successor has to be asked for; the fills behind it wait.
    await open.adapter.replace(makeApprovedReplacement(order('first'), first, { limitPrice: '101' }, { clientOrderId: 'second' }))
    for (const id of ids) open.fake.market.trade(id, '10')
    await expect.poll(() => fillsOf(open).length).toBe(30)
    const named = open.updates.slice(before).flatMap((update) => (update.kind === 'fill' ? [update.execution.clientOrderId ?? ''] : update.kind === 'replaced' ? [update.clientOrderId] : []))
    expect(named).toEqual(['second', ...ids])
  })

  test.each(['not_json', 'data_null', 'array', 'no_order'] as const)('S4 %s is a gap, and updates go on', async (fault) => {
    const open = await openAlpaca()
    open.fake.stream.onFrame(fault)
    await place(open, 'a')
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
    open.fake.market.trade('a', '10')
    await expect.poll(() => fillsOf(open)).toEqual(['10@100'])
  })

  test('a frame that comes twice names one execution', async () => {
    const open = await openAlpaca()
    await place(open, 'a')
    open.fake.stream.onFrame('duplicate')
    open.fake.market.trade('a', '4')
    open.fake.market.trade('a', '6')
    await expect.poll(() => fillsOf(open).length).toBe(3)
    const ids = open.updates.flatMap((update) => (update.kind === 'fill' ? [update.execution.executionId] : []))
    expect(new Set(ids).size).toBe(2)
  })

  test('S12 a skipped fill shows at the next one as a gap, and the snapshot has it under the id that the stream would have given', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.stream.onFrame('skip')
    open.fake.market.trade('a', '4')
    open.fake.market.trade('a', '6')
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
    const { executions } = await open.adapter.snapshot()
    expect(executions).toMatchObject({ status: 'present', value: [{ executionId: `${id}:4` }, { executionId: `${id}:10` }] })
    expect(open.updates.flatMap((update) => (update.kind === 'fill' ? [update.execution.executionId] : []))).toEqual([`${id}:10`])
  })

  test('fills that change places are both told', async () => {
    const open = await openAlpaca()
    await place(open, 'a')
    open.fake.stream.onFrame('swap')
    open.fake.market.trade('a', '4')
    open.fake.market.trade('a', '6')
    await expect.poll(() => fillsOf(open)).toEqual(['6@100', '4@100'])
  })

  test('S3 an event that is not known here, and `restated`, make the service compare', async () => {
    for (const event of ['restated', 'teleported']) {
      const open = await openAlpaca()
      await place(open, 'a')
      open.fake.market.announce('a', event)
      await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
    }
  })

  test.each(['lookup', 'snapshot'] as const)('S12 the end of an order that only a %s has shown is missed, too', async (channel) => {
    const open = await openAlpaca({ auditInterval: 30 })
    open.fake.stream.mute(true)
    open.fake.faults.add({ kind: 'reset', method: 'POST' })
    expect((await open.adapter.submit(order('a'))).kind).toBe('ambiguous')
    await expect.poll(() => open.fake.oracle.orders()[0]?.status).toBe('new')
    if (channel === 'lookup') await open.adapter.lookup('a')
    else await open.adapter.snapshot()
    open.fake.market.expire('a')
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
  })

  test('S12 a stream that is up and mute is found by the audit', async () => {
    const open = await openAlpaca({ auditInterval: 30 })
    await place(open, 'a')
    open.fake.stream.mute(true)
    open.fake.market.trade('a', '4')
    await expect.poll(open.states).toEqual(['connecting', 'ready', 'gap', 'ready'])
  })
})

describe('events', () => {
  test('S3 an order and what becomes of it, event by event', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.market.announce('a', 'suspended')
    open.fake.market.announce('a', 'new')
    open.fake.market.announce('a', 'done_for_day')
    open.fake.market.announce('a', 'new')
    open.fake.market.trade('a', '3')
    open.fake.market.expire('a')
    await expect.poll(open.kinds).toEqual(['accepted', 'accepted', 'suspended', 'resumed', 'done_for_day', 'resumed', 'fill', 'expired'])
    expect(open.updates.at(-1)).toMatchObject({ kind: 'expired', clientOrderId: 'a', brokerOrderId: id })
  })

  test('a cancel that comes too late is refused by the stream, after it was accepted', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.market.refuseNextCancel()
    expect(await open.adapter.cancel(makeCancel(order('a'), id))).toEqual({ kind: 'accepted' })
    await expect.poll(open.kinds).toEqual(['accepted', 'accepted', 'cancel_refused'])
    expect(open.updates.at(-1)).toMatchObject({ message: 'TOO_LATE_TO_CANCEL' })
  })

  test('a bust takes back the trade, and a later one of the same cumulative quantity is another', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.market.trade('a', '4')
    open.fake.market.correct(open.fake.oracle.executions()[0]?.id ?? '', '99')
    open.fake.market.bust(open.fake.oracle.executions()[0]?.id ?? '')
    open.fake.market.trade('a', '4')
    await expect.poll(open.kinds).toEqual(['accepted', 'accepted', 'fill', 'corrected', 'busted', 'fill'])
    const [, , fill, corrected, busted, again] = open.updates.filter(({ kind }) => kind !== 'connection')
    expect(fill).toMatchObject({ execution: { executionId: `${id}:4`, lastPrice: '100' } })
    expect(corrected).toMatchObject({ executionId: `${id}:4`, execution: { lastPrice: '99' } })
    expect(busted).toMatchObject({ executionId: `${id}:4` })
    expect(again).toMatchObject({ execution: { executionId: `${id}:4:1` } })
  })
})

describe('replaces', () => {
  const replacement = (id: string, changes: object, name = 'b') => makeApprovedReplacement(order('a'), id, changes, { clientOrderId: name })

  test('the new link is told with the old one, and quantities are totals over the chain', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.market.trade('a', '4')
    const outcome = await open.adapter.replace(replacement(id, { limitPrice: '101' }))
    expect(outcome.kind).toBe('accepted')
    await expect.poll(open.kinds).toContain('replaced')
    expect(open.updates.find(({ kind }) => kind === 'replaced')).toMatchObject({ clientOrderId: 'b', originalClientOrderId: 'a', changes: { limitPrice: '101' } })
    open.fake.market.trade('b', '2')
    for (const name of ['a', 'b']) {
      expect(await open.adapter.lookup(name)).toMatchObject({
        kind: 'found', order: { clientOrderId: 'b', quantity: '10', filledQuantity: '6', averagePrice: '100.333333333', limitPrice: '101' },
      })
    }
  })

  test('a fill in between refuses the change', async () => {
    const open = await openAlpaca({}, { cancelDelay: 200 })
    const id = await place(open, 'a')
    const pending = open.adapter.replace(replacement(id, { limitPrice: '101' }))
    await expect.poll(() => open.fake.oracle.orders().length).toBe(2)
    open.fake.market.trade('a', '10')
    expect(await pending).toMatchObject({ kind: 'refused', code: 'REPLACE_REJECTED' })
  })

  test('a change that took effect behind an error is found by its own id', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.faults.add({ kind: 'answer', status: 422, body: '{"code":42210000,"message":"order is not sent to exchange yet"}', effect: true, method: 'PATCH' })
    expect(await open.adapter.replace(replacement(id, { limitPrice: '101' }))).toMatchObject({ kind: 'accepted' })
    open.fake.faults.add({ kind: 'answer', status: 422, body: '{"code":42210000,"message":"no"}', method: 'PATCH' })
    expect(await open.adapter.replace(replacement(id, { limitPrice: '102' }, 'c'))).toMatchObject({ kind: 'refused', message: 'no' })
  })

  test('the quantity of an order that traded in part is not changed', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    open.fake.market.trade('a', '4')
    await expect.poll(() => fillsOf(open).length).toBe(1)
    expect(await open.adapter.replace(replacement(id, { quantity: '20' }))).toMatchObject({ kind: 'not_sent', retryable: false })
  })

  test('a cancel by an id that was replaced reaches the order that took its place', async () => {
    const open = await openAlpaca()
    const id = await place(open, 'a')
    await open.adapter.replace(replacement(id, { limitPrice: '101' }))
    expect(await open.adapter.cancel(makeCancel(order('a'), id))).toEqual({ kind: 'accepted' })
    await expect.poll(() => open.fake.oracle.orders().map(({ status }) => status)).toEqual(['replaced', 'canceled'])
  })
})

describe('look-ups and cancels', () => {
  test('an order that is not visible yet is not found at a time, and found later', async () => {
    const open = await openAlpaca()
    open.fake.faults.add({ kind: 'invisible', milliseconds: 1500, method: 'POST' })
    await open.adapter.submit(order('a'))
    expect((await open.adapter.lookup('a')).kind).toBe('not_found')
    expect((await open.adapter.cancel(makeCancel(order('a')))).kind).toBe('ambiguous')
    await expect.poll(async () => (await open.adapter.lookup('a')).kind).toBe('found')
  })

  test('a cancel of an order that is being cancelled is taken', async () => {
    const open = await openAlpaca({}, { cancelDelay: 200 })
    const id = await place(open, 'a')
    expect(await open.adapter.cancel(makeCancel(order('a'), id))).toEqual({ kind: 'accepted' })
    expect(await open.adapter.cancel(makeCancel(order('a'), id))).toEqual({ kind: 'accepted' })
  })

  test('a server error leaves a look-up open, and a part of a snapshot unavailable', async () => {
    const open = await openAlpaca()
    open.fake.faults.add({ kind: 'answer', status: 500, path: '/v2/orders:by_client_order_id' }, { kind: 'null', path: '/v2/positions', times: 3 })
    expect((await open.adapter.lookup('a')).kind).toBe('indeterminate')
    const { positions, openOrders } = await open.adapter.snapshot()
    expect([positions.status, openOrders.status]).toEqual(['unavailable', 'present'])
    open.fake.faults.add({ kind: 'answer', status: 500, path: '/v2/positions' }, { kind: 'reset', path: '/v2/account' })
    const again = await open.adapter.snapshot()
    expect([again.positions.status, again.account.status], 'one answer that does not come is asked for again').toEqual(['present', 'present'])
  })
})
