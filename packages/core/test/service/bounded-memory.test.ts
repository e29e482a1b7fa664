import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/journal/journal.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { parseDecimal } from '../../src/order/decimal.ts'
import { type Order, toOrder } from '../../src/order/order.ts'
import { openBook } from '../../src/pipeline/book/open-book.ts'
import { recall, withOrder } from '../../src/pipeline/look-up/recall.ts'
import { bookPorts } from '../support/book-ports.ts'
import { type Desk, openDesk, watched } from '../support/open-service.ts'
import { filled, openPast } from '../support/open-past.ts'
import { accepts, executionOf } from '../support/scripted-broker.ts'

const heldIds = async ({ service }: Desk): Promise<string[]> => (await service.listOrders()).map(({ idempotencyKey }) => idempotencyKey).toSorted()

/** A journal whose look-ups the test holds up or breaks. */
function heldLookups(inner: Journal): { readonly journal: Journal; hold(): void; release(): void; fail(): void } {
  let gate = Promise.resolve()
  let open = (): void => undefined
  let broken = false
  return {
    journal: {
      ...inner,
      resolve: async (account, name) => {
        await gate
        if (broken) throw new Error('the disk cannot be read')
        return inner.resolve(account, name)
      },
    },
    hold: () => { gate = new Promise((resolve) => { open = resolve }) },
    release: () => { open() },
    fail: () => { broken = true },
  }
}

describe('C5: memory keeps open orders and the last finished ones', () => {
  it('keeps as many finished orders as it should, and every open one', async () => {
    const desk = await openDesk({ finishedOrders: 2 })
    await desk.working({ idempotencyKey: 'open' })
    for (let index = 0; index < 5; index += 1) await filled(desk, `done-${index}`)
    expect(await heldIds(desk)).toEqual(['done-3', 'done-4', 'open'])
  })

  it('keeps finished orders of this session and the one before', async () => {
    const desk = await openDesk()
    await filled(desk, 'monday')
    await desk.clock.advance(86_400_000)
    await filled(desk, 'tuesday')
    expect(await heldIds(desk)).toEqual(['monday', 'tuesday'])
    await desk.clock.advance(86_400_000)
    await filled(desk, 'wednesday')
    expect(await heldIds(desk)).toEqual(['tuesday', 'wednesday'])
  })

  it('an order it has let go is still shown, and finished for every command', async () => {
    const { service, order } = await openPast()
    expect(await service.getOrderStatus(order.id)).toMatchObject({ status: 'filled', filledQuantity: '10', clientOrderId: order.clientOrderId })
    expect(await service.cancelOrder(order.id)).toMatchObject({ id: order.id, status: 'filled' })
    await expect(service.replaceOrder(order.id, { quantity: '5' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    await expect(service.approveOrder(order.id, { code: '123456' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    expect(await service.getOrderStatus('nobody')).toBeUndefined()
  })

  it('an order is kept while its last events are not durable', async () => {
    const desk = await openDesk({ finishedOrders: 0 })
    const { sent, order } = await desk.working()
    desk.journal.hold()
    const told = watched(desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '10') }))
    await desk.settle()
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled' })
    expect(await desk.service.listOrders()).toHaveLength(1)
    desk.journal.release()
    await desk.settle()
    expect(told.ended).toBe(true)
    expect(await desk.service.listOrders()).toHaveLength(0)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled' })
  })
})

it('C5: an order stays while what came before its end becomes durable: the journal does not know its end yet', async () => {
  const desk = await openDesk({ finishedOrders: 0 })
  const other = await desk.working({ idempotencyKey: 'other' })
  const { sent, order } = await desk.working({ idempotencyKey: 'mine' })
  desk.journal.hold()
  void desk.broker.deliver({ kind: 'fill', execution: executionOf(other.sent, 'e1', '1') })
  void desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e2', '10') })
  desk.journal.release(1)
  await desk.settle()
  expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled' })
})

describe('A2: a key is unique for ever', () => {
  const again = { idempotencyKey: 'first' }

  it('the key of an order that memory has let go answers with that order, to several callers at once', async () => {
    const { place, order, broker } = await openPast()
    const submits = broker.submits.length
    let replays = 0
    const answers = await Promise.all([1, 2, 3].map(() => place(again, { onReplay: () => { replays += 1 } })))
    expect(answers.map(({ value }) => [value?.id, value?.status])).toEqual([1, 2, 3].map(() => [order.id, 'filled']))
    expect([replays, broker.submits.length]).toEqual([3, submits])
  })

  it('with another order it is refused, and who comes with the right one meanwhile is not', async () => {
    const { service, settle, order } = await openPast()
    const request = { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '100', timeInForce: 'day', idempotencyKey: 'first' } as const
    const right = await service.getOrderStatus(order.id)
    const wrong = watched(service.placeOrder({ ...request, quantity: '99' }))
    const { symbol, side, type, limitPrice, quantity, timeInForce } = right as Order
    const known = watched(service.placeOrder({ symbol, side, type, limitPrice, quantity, timeInForce, idempotencyKey: 'first' } as never))
    await settle()
    expect(wrong.error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', orderId: order.id })
    expect(known.value).toMatchObject({ id: order.id, status: 'filled' })
  })

  it('a caller who gives up while the journal is asked leaves nothing claimed and sends nothing', async () => {
    const inner = memoryJournal()
    let answer = (): void => undefined
    const gate = new Promise<void>((resolve) => { answer = resolve })
    const desk = await openPast({ journal: { ...inner, find: async (account, key) => { if (key === 'new') await gate; return inner.find(account, key) } } })
    const abort = new AbortController()
    const submits = desk.broker.submits.length
    const placed = await desk.place({ idempotencyKey: 'new' }, { signal: abort.signal })
    abort.abort()
    answer()
    await desk.settle()
    expect(placed.error).toMatchObject({ code: 'ABORTED' })
    expect(desk.broker.submits).toHaveLength(submits)
    desk.broker.standing.submit = accepts
    expect((await desk.place({ idempotencyKey: 'new' })).value?.status).toBe('new')
  })

  it('B6: an order that was never sent is attempted again under its old id, however long ago that was', async () => {
    const desk = await openDesk({ finishedOrders: 0 })
    desk.broker.standing.submit = ({ terms }) => (terms.quantity === '7' ? { kind: 'not_sent', reason: 'no line', retryable: true } : undefined)
    const unsent = (await desk.place({ idempotencyKey: 'k', quantity: '7' })).value
    const clientOrderId = desk.lastSubmit().command.clientOrderId
    expect(unsent).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    await filled(desk, 'other')
    await filled(desk, 'another')
    expect(await heldIds(desk)).toEqual([])
    desk.broker.standing.submit = accepts
    const sent = (await desk.place({ idempotencyKey: 'k', quantity: '7' })).value
    expect(sent).toMatchObject({ id: unsent?.id, status: 'new', clientOrderId })
    expect(desk.lastSubmit().command.clientOrderId).toBe(clientOrderId)
  })
})

describe('C5: an update of an order that memory has let go finds it again', () => {
  it('a fill told twice changes nothing; a late one counts, is announced and puts the account in reduce_only', async () => {
    const { broker, sent, order, events, service, settle, statusOf, journal } = await openPast()
    const before = journal.appends.length
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e-first', '10') })
    expect(journal.appends).toHaveLength(before)
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e-late', '2') })
    await settle()
    expect(await statusOf(order.id)).toMatchObject({ status: 'filled', filledQuantity: '12' })
    expect(events.filter(({ type }) => type === 'anomaly_detected')).toMatchObject([{ data: { code: 'LATE_FILL', orderId: order.id } }])
    expect(service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only' }])
  })

  it('a bust names only the execution, a cancel only the broker\'s id', async () => {
    const { broker, order, statusOf, settle, alerts } = await openPast()
    await broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! })
    expect(await statusOf(order.id)).toMatchObject({ status: 'filled' })
    await broker.deliver({ kind: 'busted', executionId: 'e-first' })
    await settle()
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '0' })
    expect(alerts).toEqual([])
  })

  it('what comes for one such order is applied in its order, and nothing overtakes while the journal is asked', async () => {
    const held = heldLookups(memoryJournal())
    const { broker, sent, order, statusOf, settle, story } = await openPast({ journal: held.journal })
    held.hold()
    const told = [
      broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late-1', '1') }),
      broker.deliver({ kind: 'busted', executionId: 'e-later-0' }),
      broker.deliver({ kind: 'corrected', executionId: 'late-1', execution: executionOf(sent, 'late-1', '3') }),
      broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late-2', '1') }),
    ]
    await settle()
    expect(story(order.id)).not.toContain('execution_corrected')
    held.release()
    await Promise.all(told)
    await settle()
    expect(story(order.id).slice(-4)).toEqual(['anomaly_detected', 'execution_corrected', 'order_filled', 'anomaly_detected'])
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '14' })
  })

  it('what is parked behind another order is applied with its own, before anything that comes later', async () => {
    const inner = memoryJournal()
    let answer = (): void => undefined
    const gate = new Promise<void>((resolve) => { answer = resolve })
    const { broker, sent, order, statusOf, settle } = await openPast({
      journal: { ...inner, resolve: async (account, name) => { if (name.endsWith('e-later-0')) await gate; return inner.resolve(account, name) } },
    })
    const told = [
      broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late', '1') }),
      broker.deliver({ kind: 'busted', executionId: 'e-later-0' }),
      broker.deliver({ kind: 'corrected', executionId: 'late', execution: executionOf(sent, 'late', '3') }),
    ]
    await settle()
    told.push(broker.deliver({ kind: 'corrected', executionId: 'late', execution: executionOf(sent, 'late', '2') }))
    answer()
    await Promise.all(told)
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '12' })
  })

  it('C2: orders in memory do not wait for it, they change in the tick of their update', async () => {
    const held = heldLookups(memoryJournal())
    const desk = await openPast({ journal: held.journal })
    const live = await desk.working({ idempotencyKey: 'live' })
    held.hold()
    void desk.broker.deliver({ kind: 'fill', execution: executionOf(desk.sent, 'late', '1') })
    desk.journal.hold()
    void desk.broker.deliver({ kind: 'fill', execution: executionOf(live.sent, 'now', '4') })
    expect(await desk.statusOf(live.order.id)).toMatchObject({ status: 'partially_filled', filledQuantity: '4' })
  })

  it('a journal that cannot be read leaves the update unacknowledged; it counts when it is told again', async () => {
    const held = heldLookups(memoryJournal())
    const { broker, sent, order, statusOf } = await openPast({ journal: held.journal })
    held.fail()
    await expect(broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late', '1') })).rejects.toThrow('cannot be read')
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '10' })
  })

  it('a restart replays a history in which orders came back, with the same limit or another', async () => {
    const journal = { ...memoryJournal(), close: async () => undefined }
    const { broker, sent, order, service, settle } = await openPast({ journal })
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late', '2') })
    await broker.deliver({ kind: 'busted', executionId: 'e-later-0' })
    await settle()
    const shown = await service.getOrderStatus(order.id)
    for (const finishedOrders of [0, 1, 2, 100]) {
      const book = await openBook('main', bookPorts(journal, { finishedOrders }))
      const state = await recall({ journal }, book, order.id)
      expect(state === undefined ? undefined : toOrder(state)).toEqual(shown)
      expect(book.ledger.exposure('main', 'AAPL').position.quantity).toBe(parseDecimal('32'))
      expect(await withOrder({ journal }, book, 'main', { executionId: 'late' }, (own) => own?.id)).toBe(order.id)
    }
  })

  it('a replay of a long history lets finished orders go early, keeps the same ones in mind, and reads back the one that changes late', async () => {
    const desk = await openDesk({ finishedOrders: 400 })
    const { order: first } = await filled(desk, 'first')
    await desk.working({ idempotencyKey: 'open' })
    for (let index = 0; index < 350; index += 1) await filled(desk, `later-${index}`)
    await desk.broker.deliver({ kind: 'busted', executionId: 'e-first' })
    await desk.settle()
    const [live, shown] = [await desk.service.listOrders(), await desk.service.getOrderStatus(first.id)]
    const book = await openBook('main', bookPorts(desk.journal, { finishedOrders: 400 }))
    expect(book.memory.partial).toBe(true)
    expect(book.orders.size).toBeLessThan(300)
    expect(book.memory.finished()).toHaveLength(350)
    expect([...book.open]).toHaveLength(2)
    expect(toOrder(book.orders.get(first.id)!)).toEqual(shown)
    for (const order of live) expect(toOrder((await recall(desk, book, order.id))!)).toEqual(order)
    expect(book.capture().state).toMatchObject({ finished: { length: 350 } })
  })
})
