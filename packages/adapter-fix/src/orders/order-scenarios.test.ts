// What an order comes to, for each way in which reports can come: our own scenarios, after the order state change matrices. More of them,
// as a table, are in order-matrix.test.ts.
import type { BrokerOrder, CommandOutcome, Lookup, ReplaceRequest, SubmitOutcome } from '@sluice/core'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel } from '@sluice/core/testing'
import { describe, expect, it } from 'vitest'
import { brokerId, type Desk, fill, openDesk } from '../../test/support/scripted-desk.ts'

const order = makeApprovedOrder({ clientOrderId: 'C1' })

describe.each(['4.2', '4.4', '5.0SP2'] as const)('orders of %s', (version) => {
  const submit = (at: Desk): Promise<SubmitOutcome> => at.desk.submit(order)
  const working = async (): Promise<Desk> => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.report('0', '0', 0)
    expect(await outcome).toEqual({ kind: 'accepted', brokerOrderId: 'B1' })
    at.updates.length = 0
    return at
  }
  const cancel = (at: Desk): Promise<CommandOutcome> => at.desk.cancel(makeCancel(order, brokerId))
  const replace = (at: Desk, changes: ReplaceRequest): Promise<SubmitOutcome> => at.desk.replace(makeApprovedReplacement(order, brokerId, changes))
  const lookup = async (at: Desk, status: string, cumulative: number, clientOrderId = 'C1'): Promise<BrokerOrder | undefined> => {
    const answer: Promise<Lookup> = at.desk.lookup(clientOrderId)
    await at.report('I', status, cumulative, { 11: at.sent.at(-1)?.fields.find(([tag]) => tag === 11)?.[1] as string, 17: 0 })
    const found = await answer
    return found.kind === 'found' ? found.order : undefined
  }

  it('A1 new, filled in two parts', async () => {
    const at = await working()
    await at.report('F', '1', 4, fill(4))
    await at.report('F', '2', 10, fill(6))
    expect([at.kinds(), await lookup(at, '2', 10)]).toMatchObject(['fill fill', { status: 'filled', filledQuantity: '10', averagePrice: '100', executions: [{}, {}] }])
  })
  it('A2 filled at once, without a report that it is new', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.report('F', '2', 10, fill(10))
    expect([await outcome, at.kinds()]).toEqual([{ kind: 'accepted', brokerOrderId: 'B1' }, 'fill'])
  })
  it('A3 pending new is no answer', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.report('A', 'A', 0)
    await at.clock.advance(1000)
    expect([(await outcome).kind, at.kinds()]).toEqual(['ambiguous', ''])
  })
  it('A4 rejected, with the reason', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.report('8', '8', 0, { 103: 3, 58: 'too much' })
    expect([await outcome, at.updates]).toEqual([{ kind: 'refused', code: 'FIX_3', message: 'too much' }, [{ kind: 'rejected', brokerOrderId: 'B1', clientOrderId: 'C1', code: 'FIX_3', message: 'too much' }]])
  })
  it('A5 rejected as a duplicate is no rejection of the order', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.report('8', '8', 0, { 103: 6 })
    expect([await outcome, at.kinds()]).toEqual([{ kind: 'duplicate' }, ''])
  })
  it('A6 the same client id twice never leaves twice', async () => {
    const at = await working()
    expect([await submit(at), at.sent.length]).toEqual([{ kind: 'duplicate' }, 1])
  })
  it('A7 a late answer still counts', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.clock.advance(1000)
    expect((await outcome).kind).toBe('ambiguous')
    await at.report('0', '0', 0)
    expect(at.kinds()).toBe('accepted')
  })
  it('A8 without a permit nothing leaves, and the id can be used again', async () => {
    const at = openDesk(version)
    expect(await at.desk.submit(makeApprovedOrder({ clientOrderId: 'C1', permit: () => false }))).toMatchObject({ kind: 'not_sent' })
    void submit(at)
    expect(at.sent.map(({ type }) => type)).toEqual(['D'])
  })
  it('B1 cancelled while nothing was filled', async () => {
    const at = await working()
    const outcome = cancel(at)
    await at.report('4', '4', 0, { 11: 'C1-c', 41: 'C1' })
    expect([await outcome, at.updates]).toEqual([{ kind: 'accepted' }, [{ kind: 'canceled', brokerOrderId: 'B1', clientOrderId: 'C1' }]])
  })
  it('B2 a pending cancel is taken, a fill may still come before it ends', async () => {
    const at = await working()
    const outcome = cancel(at)
    await at.report('6', '6', 0, { 11: 'C1-c', 41: 'C1' })
    expect(await outcome).toEqual({ kind: 'accepted' })
    await at.report('F', '6', 3, fill(3))
    await at.report('4', '4', 3, { 11: 'C1-c', 41: 'C1' })
    expect([at.kinds(), await lookup(at, '4', 3)]).toMatchObject(['fill canceled', { status: 'canceled', filledQuantity: '3' }])
  })
  it('B3 a cancel that comes too late is refused', async () => {
    const at = await working()
    await at.report('F', '2', 10, fill(10))
    const outcome = cancel(at)
    await at.message('9', '37=B1|11=C1-c|41=C1|39=2|434=1|102=0|58=too late|')
    expect([await outcome, at.kinds()]).toEqual([{ kind: 'refused', code: 'FIX_0', message: 'too late' }, 'fill'])
  })
  it('B4 a refusal that comes after the wait is an update', async () => {
    const at = await working()
    const outcome = cancel(at)
    await at.clock.advance(1000)
    await at.message('9', '37=B1|11=C1-c|41=C1|39=0|434=1|102=0|')
    expect([(await outcome).kind, at.updates]).toMatchObject(['ambiguous', [{ kind: 'cancel_refused', clientOrderId: 'C1' }]])
  })
  it('B5 the broker cancels unasked', async () => {
    const at = await working()
    await at.report('4', '4', 0)
    expect(at.updates).toEqual([{ kind: 'canceled', brokerOrderId: 'B1', clientOrderId: 'C1' }])
  })
  it('C1 replaced: new id, new terms, and the new id works', async () => {
    const at = await working()
    const outcome = replace(at, { limitPrice: '190', quantity: '20' })
    await at.report('E', 'E', 0, { 11: 'C1-r', 41: 'C1' })
    await at.report('5', '0', 0, { 11: 'C1-r', 41: 'C1', 38: 20 })
    expect([await outcome, at.updates]).toEqual([
      { kind: 'accepted', brokerOrderId: 'B1' },
      [{ kind: 'replaced', clientOrderId: 'C1-r', brokerOrderId: 'B1', originalClientOrderId: 'C1', changes: { limitPrice: '190', quantity: '20' } }],
    ])
    expect(await lookup(at, '0', 0, 'C1-r')).toMatchObject({ clientOrderId: 'C1-r', quantity: '20', limitPrice: '190', status: 'new' })
    expect(await lookup(at, '0', 0, 'C1')).toMatchObject({ clientOrderId: 'C1-r' })
  })
  it('C2 a fill between the replace and its answer is the order\'s', async () => {
    const at = await working()
    const outcome = replace(at, { limitPrice: '190' })
    await at.report('F', '1', 4, fill(4))
    await at.report('5', '1', 4, { 11: 'C1-r', 41: 'C1' })
    expect([(await outcome).kind, at.kinds(), await lookup(at, '1', 4, 'C1-r')]).toMatchObject(['accepted', 'fill replaced', { status: 'partially_filled', filledQuantity: '4' }])
  })
  it('C3 a refused replace leaves the order as it was', async () => {
    const at = await working()
    const outcome = replace(at, { limitPrice: '190' })
    await at.message('9', '37=B1|11=C1-r|41=C1|39=0|434=2|102=0|')
    expect([(await outcome).kind, at.kinds(), await lookup(at, '0', 0)]).toMatchObject(['refused', '', { clientOrderId: 'C1', limitPrice: '187.5' }])
  })
  it('C4 replaced to what is already filled is filled', async () => {
    const at = await working()
    await at.report('F', '1', 4, fill(4))
    const outcome = replace(at, { quantity: '4' })
    await at.report('5', '2', 4, { 11: 'C1-r', 41: 'C1', 38: 4 })
    expect([(await outcome).kind, await lookup(at, '2', 4, 'C1-r')]).toMatchObject(['accepted', { status: 'filled', quantity: '4' }])
  })
  it('C5 a cancel under the new id of the chain ends the order', async () => {
    const at = await working()
    const changed = replace(at, { limitPrice: '190' })
    await at.report('5', '0', 0, { 11: 'C1-r', 41: 'C1' })
    await changed
    await at.report('4', '4', 0, { 11: 'C2-c', 41: 'C1-r' })
    expect(at.updates.at(-1)).toEqual({ kind: 'canceled', brokerOrderId: 'B1', clientOrderId: 'C1-r' })
  })
  it('D1 an execution that comes twice counts once', async () => {
    const at = await working()
    await at.report('F', '1', 4, { ...fill(4), 17: 'SAME' })
    await at.report('F', '2', 10, fill(6))
    await at.report('F', '1', 4, { ...fill(4), 17: 'SAME' })
    expect([at.kinds(), await lookup(at, '2', 10)]).toMatchObject(['fill fill', { status: 'filled' }])
  })
  it('D2 a bust takes the trade back, also after the order was filled', async () => {
    const at = await working()
    await at.report('F', '2', 10, { ...fill(10), 17: 'T1' })
    await at.report('H', '0', 0, { 19: 'T1' })
    expect([at.updates.at(-1), await lookup(at, '0', 0)]).toMatchObject([{ kind: 'busted', executionId: '20260105/T1' }, { filledQuantity: '0', executions: [] }])
  })
  it('D3 a correction takes the place of the trade', async () => {
    const at = await working()
    await at.report('F', '2', 10, { ...fill(10), 17: 'T1' })
    await at.report('G', '1', 8, { 19: 'T1', 32: 8, 31: 99 })
    expect(at.updates.at(-1)).toMatchObject({ kind: 'corrected', executionId: '20260105/T1', execution: { executionId: '20260105/T1', lastQuantity: '8', lastPrice: '99' } })
  })
  it('D4 a broker that has filled more than it reported is asked about everything', async () => {
    const at = await working()
    await at.report('F', '1', 7, fill(4))
    await at.report('F', '1', 8, fill(1))
    expect(at.kinds()).toBe('fill gap ready fill')
  })
  it('D5 the same ExecID on another day is another execution', async () => {
    const at = await working()
    await at.report('F', '1', 4, { ...fill(4), 17: 'T1' })
    await at.report('F', '1', 8, { ...fill(4), 17: 'T1', 60: '20260106-14:30:00' })
    expect(at.kinds()).toBe('fill fill')
  })
  it('E1 expired', async () => {
    const at = await working()
    await at.report('C', 'C', 0)
    expect(at.kinds()).toBe('expired')
  })
  it('E2 done for the day, suspended, and working again', async () => {
    const at = await working()
    await at.report('3', '3', 0)
    await at.report('9', '9', 0)
    await at.report('0', '0', 0)
    expect(at.kinds()).toBe('done_for_day suspended resumed')
  })
  it('E3 restated as cancelled is cancelled; restated otherwise is looked up', async () => {
    const at = await working()
    await at.report('D', '0', 0, { 378: 5 })
    await at.report('D', '4', 0, { 378: 4 })
    expect(at.kinds()).toBe('gap ready canceled')
  })
  it('F1 a session Reject of the order is its rejection, by number', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    await at.message('3', '45=2|58=no such tag|')
    expect(await outcome).toEqual({ kind: 'refused', code: 'FIX_SESSION_REJECT', message: 'no such tag' })
  })
  it('F2 a BusinessMessageReject of the cancel leaves the order live', async () => {
    const at = await working()
    const outcome = cancel(at)
    await at.message('j', '45=3|372=F|380=4|58=closed|')
    expect([await outcome, at.kinds()]).toEqual([{ kind: 'refused', code: 'FIX_BUSINESS_REJECT', message: 'closed' }, ''])
  })
  it('G1 an order that the broker does not know is not found', async () => {
    const at = openDesk(version)
    void submit(at)
    const answer = at.desk.lookup('C1')
    await at.report(version === '4.2' ? '8' : 'I', '8', 0, { 37: 'NONE', 103: 5 })
    expect([(await answer).kind, at.kinds()]).toEqual(['not_found', ''])
  })
  it('G2 an order that was never ours cannot be asked for', async () => {
    const at = openDesk(version)
    const answer = at.desk.lookup('other')
    await at.clock.advance(1000)
    expect(await answer).toMatchObject({ kind: 'indeterminate' })
  })
  it.skipIf(version === '4.2')('G5 the list of open orders has ours, those of others, and says when it is empty', async () => {
    const at = await working()
    const list = at.desk.listOpen()
    const requestId = at.sent.at(-1)?.fields[0]?.[1] as string
    await at.report('I', '1', 4, { 584: requestId, 911: 2, 17: 0 })
    await at.report('I', '0', 0, { 584: requestId, 911: 2, 912: 'Y', 17: 0, 11: 'THEIRS', 37: 'B9', 40: '2', 44: '12.5', 59: '1' })
    expect(await list).toMatchObject({ status: 'present', value: [
      { clientOrderId: 'C1', brokerOrderId: 'B1', status: 'partially_filled', filledQuantity: '4', limitPrice: '187.5' },
      { clientOrderId: 'THEIRS', brokerOrderId: 'B9', status: 'new', quantity: '10', limitPrice: '12.5', timeInForce: 'gtc', type: 'limit' },
    ] })
    const empty = at.desk.listOpen()
    await at.report('I', '8', 0, { 584: at.sent.at(-1)?.fields[0]?.[1] as string, 37: 'NONE', 11: 'NONE', 103: 5, 17: 0 })
    expect([await empty, at.kinds()]).toEqual([{ status: 'present', value: [] }, ''])
  })
  it.skipIf(version === '4.2')('G6 a list that does not come, or is refused, is unavailable', async () => {
    const at = await working()
    const late = at.desk.listOpen()
    await at.clock.advance(1000)
    expect(await late).toMatchObject({ status: 'unavailable' })
    const refused = at.desk.listOpen()
    await at.message('j', '45=4|372=AF|380=3|58=not here|')
    expect(await refused).toEqual({ status: 'unavailable', reason: 'not here' })
  })
  it('G3 a line that is cut makes every open request uncertain', async () => {
    const at = openDesk(version)
    const outcome = submit(at)
    at.desk.lineDown('cut')
    expect(await outcome).toEqual({ kind: 'ambiguous', reason: 'cut' })
  })
  it('G4 a fill of an order that nobody here placed is passed on', async () => {
    const at = openDesk(version)
    await at.report('F', '2', 10, { ...fill(10), 11: 'THEIRS' })
    expect(at.updates).toMatchObject([{ kind: 'fill', execution: { clientOrderId: 'THEIRS', lastQuantity: '10' } }])
  })
})
