import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { ApprovalProvider } from '../../src/approval/approval-provider.ts'
import type { BrokerUpdate } from '../../src/broker/broker-adapter.ts'
import { allow, defineGuard } from '../../src/guards/guard.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { clientOrderIdOf } from '../../src/order/digest.ts'
import type { OrderStatus } from '../../src/order/order.ts'
import type { OrderRequest } from '../../src/order/request.ts'
import { SluiceError } from '../../src/runtime/errors.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { type DeskOptions, openDesk, watched } from '../support/open-service.ts'
import { accepts, executionOf } from '../support/scripted-broker.ts'

const anyCode: ApprovalProvider = { name: 'test', verify: ({ code }) => ({ valid: true, counter: 'test', step: Number(code) }) }

/** The error a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<SluiceError> {
  const error: unknown = await promise.then(() => expect.unreachable('it resolved'), (reason: unknown) => reason)
  if (!SluiceError.isInstance(error)) throw error
  return error
}

describe('the first verdict', () => {
  const limits = [maxPosition({ quantity: '100' })]
  const verdicts: readonly { readonly status: OrderStatus; readonly options?: DeskOptions; readonly quantity?: string; readonly update?: 'fill' | 'all' | 'canceled' | 'expired'; readonly refused?: true; readonly silent?: true }[] = [
    { status: 'new' },
    { status: 'denied', options: { guards: limits }, quantity: '101' },
    { status: 'pending_approval', options: { guards: [highValueApproval({ above: '500', approvals: anyCode })] } },
    { status: 'rejected', refused: true },
    { status: 'partially_filled', update: 'fill' },
    { status: 'filled', update: 'all' },
    { status: 'canceled', update: 'canceled' },
    { status: 'expired', update: 'expired' },
    { status: 'unknown', silent: true },
  ]
  it.each(verdicts)('B4: placeOrder resolves with an order that is $status', async ({ status, options, quantity = '10', update, refused, silent }) => {
    const { place, broker, clock, settle } = await openDesk(options)
    const placed = await place({ quantity })
    const [call] = broker.submits
    if (call !== undefined) {
      expect(placed.ended).toBe(false)
      const { command } = call
      const named = { clientOrderId: command.clientOrderId, brokerOrderId: `at-${command.clientOrderId}` }
      const updates: Record<NonNullable<typeof update>, BrokerUpdate> = {
        fill: { kind: 'fill', execution: executionOf(command, 'e1', '4') }, all: { kind: 'fill', execution: executionOf(command, 'e1', '10') },
        canceled: { kind: 'canceled', ...named }, expired: { kind: 'expired', ...named },
      }
      if (update !== undefined) await broker.deliver(updates[update])
      else if (refused) call.answer({ kind: 'refused', code: 'NO_FUNDS', message: 'no funds' })
      else if (!silent) call.answer(accepts(command))
    }
    await (silent ? clock.advance(10_000) : settle())
    expect(placed.value?.status).toBe(status)
  })

  it('A1: a guard\'s denial is returned with its code, limit and observed value, and nothing is sent', async () => {
    const { place, broker, story } = await openDesk({ guards: [maxPosition({ quantity: '5' })] })
    const { value } = await place()
    expect(value).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED', guard: 'max-position', limit: '5', observed: '10' } })
    expect([broker.submits.length, story()]).toEqual([0, ['order_denied']])
  })

  it('A2: an invalid request is refused with one issue for each broken rule, and claims nothing', async () => {
    const { service, broker, journal, place } = await openDesk()
    const before = journal.appends.length
    const invalid = { ...makeRequest({ idempotencyKey: 'k' }), quantity: '-1', limitPrice: 'cheap', symbol: 'aapl' } as OrderRequest
    const error = await errorOf(service.placeOrder(invalid))
    expect([error.code, error.retryable]).toEqual(['ORDER_INVALID', false])
    expect(error.issues?.map(({ path }) => path.join('.')).toSorted()).toEqual(['limitPrice', 'quantity', 'symbol'])
    expect([journal.appends.length, broker.submits.length]).toEqual([before, 0])
    await place({ idempotencyKey: 'k' })
    expect(broker.submits).toHaveLength(1)
  })

  it('A5: an account that is not served, or whose broker is another account\'s, is invalid', async () => {
    const { service } = await openDesk({ accounts: ['main', 'other'] })
    for (const account of ['stranger', 'other']) {
      expect(await errorOf(service.placeOrder(makeRequest({ account })))).toMatchObject({ code: 'ORDER_INVALID', issues: [{ path: ['account'], rule: 'route' }] })
    }
  })
})

describe('idempotency', () => {
  it('A2: the same key and order in flight is one order with one shared result', async () => {
    const { place, broker, settle } = await openDesk()
    const replayed = vi.fn<() => void>()
    const twins = [await place({ idempotencyKey: 'k' }, { onReplay: replayed }), await place({ idempotencyKey: 'k' }, { onReplay: replayed })]
    expect([broker.submits.length, replayed.mock.calls.length]).toEqual([1, 1])
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await settle()
    expect(twins[0]!.value?.status).toBe('new')
    expect(twins[1]!.value).toEqual(twins[0]!.value)
  })

  it.each(['decide at once', 'have to prepare first'])('A2: calls of one tick with one key are one order too, where guards %s', async (guards) => {
    const prepares = defineGuard({ name: 'prepares', options: null, prepare: async () => undefined, check: () => allow })
    const { service, broker, settle } = await openDesk({ guards: guards === 'decide at once' ? [] : [prepares] })
    const twins = Array.from({ length: 5 }, () => watched(service.placeOrder(makeRequest({ idempotencyKey: 'k' }))))
    await settle()
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await settle()
    expect(broker.submits).toHaveLength(1)
    expect(new Set(twins.map(({ value }) => value?.id)).size).toBe(1)
    expect(twins.map(({ value }) => value?.status)).toEqual(twins.map(() => 'new'))
  })

  it('A2: later the same key and order answers with the order as it is, also once it is filled', async () => {
    const { working, broker, place, statusOf } = await openDesk()
    const { order, sent } = await working({ idempotencyKey: 'k' })
    const replayed = vi.fn<() => void>()
    expect((await place({ idempotencyKey: 'k' }, { onReplay: replayed })).value).toEqual(order)
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '10') })
    expect((await place({ idempotencyKey: 'k', limitPrice: '187.50' }, { onReplay: replayed })).value).toEqual(await statusOf(order.id))
    expect((await statusOf(order.id)).status).toBe('filled')
    expect([broker.submits.length, replayed.mock.calls.length]).toEqual([1, 2])
  })

  it('A2: the same key with any other order, or of another actor, is a conflict that names the order', async () => {
    const { working, service, broker } = await openDesk()
    const { order } = await working({ idempotencyKey: 'k' })
    const others: [OrderRequest, { actor?: string }][] = [
      [makeRequest({ idempotencyKey: 'k', quantity: '11' }), {}], [makeRequest({ idempotencyKey: 'k', strategy: 's' }), {}],
      [makeRequest({ idempotencyKey: 'k', side: 'sell' }), {}], [makeRequest({ idempotencyKey: 'k' }), { actor: 'someone' }],
    ]
    for (const [request, options] of others) {
      expect(await errorOf(service.placeOrder(request, options))).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', orderId: order.id, retryable: false })
    }
    expect(broker.submits).toHaveLength(1)
  })

  it('A2: a denial consumes the key', async () => {
    const { place, service, broker } = await openDesk({ guards: [maxPosition({ quantity: '5' })] })
    const first = await place({ idempotencyKey: 'k' })
    expect((await place({ idempotencyKey: 'k' })).value).toEqual(first.value)
    expect(await errorOf(service.placeOrder(makeRequest({ idempotencyKey: 'k', quantity: '1' })))).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    expect(broker.submits).toHaveLength(0)
  })

  it('A1: without a key each call is an order of its own, with a key made for it', async () => {
    const { place, broker } = await openDesk()
    await place()
    await place()
    const ids = broker.submits.map(({ command }) => command.clientOrderId)
    expect(new Set(ids).size).toBe(2)
  })

  it('A3: the client id is the tag and a hash of account, key and revision: the same in every run', async () => {
    const ids = await Promise.all(['a', 'b'].map(async () => {
      const { place, broker } = await openDesk({ tag: 'me-', capabilities: { clientOrderId: { maximumLength: 20 } } })
      await place({ idempotencyKey: 'k' })
      return broker.submits[0]!.command.clientOrderId
    }))
    expect(ids).toEqual(Array.from({ length: 2 }, () => clientOrderIdOf('me-', 'main', 'k', 0, { maximumLength: 20 })))
    expect(ids[0]).toMatch(/^me-.{17}$/)
  })
})

describe('intake', () => {
  it('B1: beyond maximumInFlight an order is BUSY, claims nothing, and passes with the same key when there is room', async () => {
    const { place, broker, journal, settle } = await openDesk({ maximumInFlight: 2 })
    await place()
    await place()
    const before = journal.appends.length
    const refused = await place({ idempotencyKey: 'k' })
    expect(refused.error).toMatchObject({ code: 'BUSY', retryable: true })
    expect([broker.submits.length, journal.appends.length]).toEqual([2, before])
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await settle()
    await place({ idempotencyKey: 'k', quantity: '7' })
    expect(broker.submits.at(-1)?.command.terms.quantity).toBe('7')
  })

  it('B1: an order in flight twice counts once, and a verdict frees its place', async () => {
    const { place } = await openDesk({ maximumInFlight: 1, guards: [maxPosition({ quantity: '5' })] })
    for (let turn = 0; turn < 5; turn += 1) expect((await place()).value?.status).toBe('denied')
    await place({ quantity: '1', idempotencyKey: 'k' })
    expect((await place({ quantity: '1', idempotencyKey: 'k' })).ended).toBe(false)
    expect((await place({ quantity: '2' })).error).toMatchObject({ code: 'BUSY' })
  })

  it('A2: a signal that fires before anything is recorded aborts and claims nothing', async () => {
    const { service, place, broker, settle } = await openDesk({
      guards: [defineGuard({ name: 'slow', options: null, prepare: () => new Promise(() => undefined), check: () => allow })],
    })
    expect(await errorOf(service.placeOrder(makeRequest({ idempotencyKey: 'k' }), { signal: AbortSignal.abort() }))).toMatchObject({ code: 'ABORTED' })
    const abort = new AbortController()
    const waiting = await place({ idempotencyKey: 'k' }, { signal: abort.signal })
    abort.abort()
    await settle()
    expect(waiting.error).toMatchObject({ code: 'ABORTED' })
    expect(broker.submits).toHaveLength(0)
    expect((await place({ idempotencyKey: 'k', quantity: '3' })).error).toBeUndefined()
  })

  it('A2: a caller who gives up does not take the order from another caller with the same key', async () => {
    const { place, broker, settle, clock } = await openDesk({
      guards: [defineGuard({ name: 'slow', options: null, prepare: () => new Promise((resolve) => { clockOf().setTimer(() => { resolve(undefined) }, 100) }), check: () => allow })],
    })
    function clockOf() { return clock }
    const abort = new AbortController()
    const first = await place({ idempotencyKey: 'k' }, { signal: abort.signal })
    const second = await place({ idempotencyKey: 'k' })
    abort.abort()
    await clock.advance(100)
    expect(first.error).toMatchObject({ code: 'ABORTED' })
    expect(broker.submits).toHaveLength(1)
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await settle()
    expect(second.value?.status).toBe('new')
  })

  it('A2: once the order is recorded the signal has no effect', async () => {
    const { place, journal, broker, settle } = await openDesk()
    journal.hold()
    const abort = new AbortController()
    const placed = await place({}, { signal: abort.signal })
    abort.abort()
    journal.release()
    await settle()
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await settle()
    expect(placed.value?.status).toBe('new')
  })

  it('a closed service answers CLOSED and sends nothing', async () => {
    const { service, broker, settle } = await openDesk()
    const closing = service.close()
    await settle()
    await closing
    expect(await errorOf(service.placeOrder(makeRequest()))).toMatchObject({ code: 'CLOSED', retryable: false })
    expect(broker.submits).toHaveLength(0)
  })

  it('closing waits for the verdict of what is in flight', async () => {
    const { service, place, broker, settle, clock } = await openDesk()
    const placed = await place()
    const closing = watched(service.close())
    await clock.advance(1000)
    expect(closing.ended).toBe(false)
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await clock.advance(10)
    await settle()
    expect([placed.value?.status, closing.ended, closing.error]).toEqual(['new', true, undefined])
  })
})

it('B1: submits reach the adapter in sequence order, however the appends are let go', async () => {
  await fc.assert(fc.asyncProperty(fc.array(fc.constantFrom('place', 'release', 'tick'), { minLength: 1, maxLength: 40 }), async (steps) => {
    const { service, broker, journal, settle } = await openDesk()
    // The first order on a symbol fetches a quote; after it the way to the append is synchronous.
    const warm = watched(service.placeOrder(makeRequest()))
    await settle()
    journal.hold()
    const placed = [warm]
    for (const [index, step] of steps.entries()) {
      if (step === 'place') placed.push(watched(service.placeOrder(makeRequest({ quantity: String(index + 1) }))))
      else if (step === 'release') journal.release(1)
      else await settle()
    }
    journal.release()
    await settle()
    const sequenced = journal.appends.flatMap(({ batch }) => batch.events).flatMap(({ type, data }) => (type === 'order_pending_new' ? [data.orderId] : []))
    expect(broker.submits.map(({ command }) => command.orderId)).toEqual(sequenced)
    expect(sequenced).toHaveLength(placed.length)
  }), { numRuns: 60 })
})
