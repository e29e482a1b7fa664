import { type AdapterContext, type ApprovedOrder, type BrokerAdapter, type BrokerOrder, type BrokerSnapshot, type BrokerUpdate, type SimulatedBroker, simulatedBroker } from '@sluice/core'
import { makeApprovedOrder } from '@sluice/core/testing'
import { brokerCases, type BrokerFault, type BrokerHarness, type BrokerHarnessContext, NotApplicable, openBrokerSession } from '@sluice/testkit'
import { expect, test } from 'vitest'

/** What a planted bug changes of an adapter that is right. */
interface Planted {
  readonly adapter?: Partial<BrokerAdapter>
  readonly fault?: BrokerFault
  readonly market?: BrokerHarness['market']
  readonly reopen?: BrokerHarness['reopen']
  /** What is delivered instead of an update. */
  readonly deliver?: (update: BrokerUpdate, pass: (update: BrokerUpdate) => Promise<void>) => Promise<void>
}
type Bug = (inner: SimulatedBroker, context: BrokerHarnessContext & { readonly service: () => AdapterContext }) => Planted

const nothing = (): Promise<void> => Promise.resolve()
const swallow = (isLost: (update: BrokerUpdate) => boolean): Bug => () => ({ deliver: (update, pass) => (isLost(update) ? nothing() : pass(update)) })
const withId = (order: ApprovedOrder, clientOrderId: string): ApprovedOrder => ({ ...order, clientOrderId })

const withOrders = (snapshot: BrokerSnapshot, change: (order: BrokerOrder) => BrokerOrder): BrokerSnapshot =>
  (snapshot.openOrders.status === 'unavailable' ? snapshot : { ...snapshot, openOrders: { ...snapshot.openOrders, value: snapshot.openOrders.value.map(change) } })
/** Takes an order, answers nothing, and goes wrong about what comes after. */
const late = (changed: Partial<BrokerAdapter>, isLost: (update: BrokerUpdate) => boolean, fault: 'lateAnswer' | 'loseAnswer' = 'lateAnswer'): Bug => (inner) => {
  let isLate = false
  return {
    fault: { [fault]: () => { isLate = true } },
    adapter: { ...changed, submit: async (order) => { const outcome = await inner.submit(order); return isLate ? { kind: 'ambiguous', reason: 'timeout' } : outcome } },
    deliver: (update, pass) => (isLate && isLost(update) ? nothing() : pass(update)),
  }
}

const bugs: readonly (readonly [caseId: string, bug: string, plant: Bug])[] = [
  ['B01', 'it never says that it is ready', swallow(({ kind }) => kind === 'connection')],
  ['B02', 'the look-up shows another limit', (inner) => ({
    adapter: { lookup: async (id) => { const answer = await inner.lookup(id); return answer.kind === 'found' ? { ...answer, order: { ...answer.order, limitPrice: '1.01' } } : answer } },
  })],
  ['B03', 'it executes a duplicate under another id', (inner) => ({
    adapter: { submit: async (order) => { const outcome = await inner.submit(order); return outcome.kind === 'duplicate' ? inner.submit(withId(order, `${order.clientOrderId}-again`)) : outcome } },
  })],
  ['B04', 'it does not ask the permit', (inner) => ({ adapter: { submit: (order) => inner.submit({ ...order, permit: () => true }) } })],
  ['B05', 'it asks the permit and sends all the same', (inner) => ({ adapter: { submit: (order) => inner.submit({ ...order, permit: () => { order.permit(); return true } }) } })],
  ['B06', 'it asks the permit before its queue', (inner) => ({
    adapter: {
      submit: async (order) => {
        if (!order.permit()) return { kind: 'not_sent', reason: 'no permit', retryable: true }
        return inner.submit({ ...order, permit: () => true })
      },
    },
  })],
  ['B06', 'it awaits between the permit and the write', (inner) => {
    let isReady = false
    return {
      adapter: {
        submit: async (order) => {
          isReady = order.permit()
          await Promise.resolve()
          return inner.submit({ ...order, permit: () => isReady })
        },
      },
    }
  }],
  ['B07', 'it makes a limit order of a type that it does not know', (inner) => ({
    adapter: {
      capabilities: { ...inner.capabilities, orderTypes: inner.capabilities.orderTypes.filter((type) => type !== 'trailing_stop') },
      submit: (order) => inner.submit({ ...order, terms: { ...order.terms, type: 'limit', limitPrice: '1' } }),
    },
  })],
  ['B08', 'it takes a lost answer for a refusal', (inner) => {
    let lost = false
    return {
      fault: { loseAnswer: () => { lost = true } },
      adapter: { submit: async (order) => { const outcome = await inner.submit(order); return lost ? { kind: 'refused', code: '504', message: 'gateway timeout' } : outcome } },
    }
  }],
  ['B09', 'it sends an order again by itself after a time-out', (inner) => {
    let lost = false
    return {
      fault: { loseRequest: () => { lost = true } },
      adapter: { submit: async (order) => { if (!lost) return inner.submit(order); await inner.submit(order); return { kind: 'ambiguous', reason: 'timeout' } } },
    }
  }],
  ['B10', 'it does not say that an order was cancelled', swallow(({ kind }) => kind === 'canceled')],
  ['B11', 'it says yes to every cancel', (inner) => ({ adapter: { cancel: async (command) => { await inner.cancel(command); return { kind: 'accepted' } } } })],
  ['B12', 'it says yes to the cancel of a filled order', (inner) => ({
    adapter: { cancel: async (command) => { const outcome = await inner.cancel(command); return outcome.kind === 'refused' && outcome.code === 'ORDER_FINISHED' ? { kind: 'accepted' } : outcome } },
  })],
  ['B13', 'it needs the broker id that it says it does not need', (inner) => ({
    adapter: { cancel: async (command) => (command.brokerOrderId === undefined ? { kind: 'not_sent', reason: 'no broker id', retryable: true } : inner.cancel(command)) },
  })],
  ['B14', 'it accepts a replace and changes nothing', () => ({ adapter: { replace: async ({ brokerOrderId }) => ({ kind: 'accepted', brokerOrderId }) } })],
  ['B15', 'it delivers every fill twice', () => ({ deliver: async (update, pass) => { await pass(update); if (update.kind === 'fill') await pass(update) } })],
  ['B15', 'it gives all executions one id', () => ({
    deliver: (update, pass) => pass(update.kind === 'fill' ? { ...update, execution: { ...update.execution, executionId: update.execution.brokerOrderId } } : update),
  })],
  ['B16', 'executions have other ids in updates than in the snapshot', () => ({
    deliver: (update, pass) => pass(update.kind === 'fill' ? { ...update, execution: { ...update.execution, executionId: `stream-${update.execution.executionId}` } } : update),
  })],
  ['B17', 'it keeps the first part of a fill to itself', () => {
    let isFirst = true
    return { deliver: async (update, pass) => { if (update.kind === 'fill' && isFirst) isFirst = false; else await pass(update) } }
  }],
  ['B18', 'it shows a short position as a long one, and sales as purchases', (inner) => ({
    adapter: {
      snapshot: async () => {
        const snapshot = await inner.snapshot()
        const bought = snapshot.executions.status === 'present' ? snapshot.executions.value.reduce((sum, { lastQuantity }) => sum + Number(lastQuantity), 0) : 0
        return { ...snapshot, positions: { status: 'present', value: [{ symbol: 'AAPL', quantity: String(bought), averagePrice: '100' }] } }
      },
    },
  })],
  ['B19', 'a snapshot since a cursor leaves out the first execution after it', (inner) => ({
    adapter: {
      snapshot: async (since) => {
        const snapshot = await inner.snapshot(since)
        const { executions } = snapshot
        return since === undefined || executions.status === 'unavailable' ? snapshot : { ...snapshot, executions: { ...executions, value: executions.value.slice(1) } }
      },
    },
  })],
  ['B20', 'it takes every failed look-up for `not_found` without a time', (inner) => ({
    adapter: { lookup: async (id) => { const answer = await inner.lookup(id); return answer.kind === 'not_found' ? { kind: 'not_found', asOf: Number.NaN } : answer } },
  })],
  ['B21', 'a part of the snapshot is missing', (inner) => ({ adapter: { snapshot: async (since) => ({ ...await inner.snapshot(since), account: { status: 'present' } as never }) } })],
  ['B22', 'fills overtake the acceptance', (_, { clock }) => ({
    deliver: async (update, pass) => { if (update.kind === 'accepted') await new Promise<void>((resolve) => { clock.setTimer(resolve, 500) }); await pass(update) },
  })],
  ['B23', 'it mends a cut stream without a word', () => ({ fault: { disconnect: nothing } })],
  ['B24', 'its stream lives on after close', (_, { service }) => ({
    adapter: { close: async () => { service().clock.setTimer(() => { void service().deliver({ kind: 'connection', state: 'closed' }) }, 1000) } },
  })],
  ['B25', 'it asks no permit for a replace', (inner) => ({ adapter: { replace: (replacement) => inner.replace({ ...replacement, permit: () => true }) } })],
  ['B26', 'one permit is enough for all that follow', (inner) => {
    let isPermitted = false
    return { adapter: { submit: (order) => inner.submit({ ...order, permit: () => { isPermitted ||= order.permit(); return isPermitted } }) } }
  }],
  ['B27', 'it forgets an order whose answer was lost', (inner) => {
    let lost = false
    return {
      fault: { loseAnswer: () => { lost = true } },
      adapter: { submit: async (order) => { const outcome = await inner.submit(order); return lost ? { kind: 'ambiguous', reason: 'timeout' } : outcome } },
      deliver: (update, pass) => (lost && update.kind === 'fill' ? nothing() : pass(update)),
    }
  }],
  ['B28', 'its "not found" is older than the question', (inner) => ({
    fault: { loseRequest: () => undefined },
    adapter: {
      submit: async () => ({ kind: 'ambiguous', reason: 'timeout' }),
      lookup: async (id) => { const answer = await inner.lookup(id); return answer.kind === 'not_found' ? { kind: 'not_found', asOf: 0 } : answer },
    },
  })],
  ['B29', 'it takes a failed look-up for `not_found`', (inner) => {
    let isFailing = false
    return {
      fault: { failQueries: (failing) => { isFailing = failing } },
      adapter: { lookup: async (id) => (isFailing ? { kind: 'not_found', asOf: 0 } : inner.lookup(id)) },
    }
  }],
  ['B29', 'it takes a failed listing for an empty one', (inner) => {
    let isFailing = false
    return {
      fault: { failQueries: (failing) => { isFailing = failing } },
      adapter: {
        lookup: async (id) => (isFailing ? { kind: 'indeterminate', reason: '503' } : inner.lookup(id)),
        snapshot: async (since) => { const snapshot = await inner.snapshot(since); return isFailing ? { ...snapshot, openOrders: { status: 'present', value: [] } } : snapshot },
      },
    }
  }],
  ['B30', 'it makes up new ids each time it is asked', (inner) => {
    let count = 0
    return {
      adapter: {
        snapshot: async (since) => {
          const snapshot = await inner.snapshot(since)
          const { executions } = snapshot
          return executions.status === 'unavailable' ? snapshot : { ...snapshot, executions: { ...executions, value: executions.value.map((execution) => ({ ...execution, executionId: `made-${count += 1}` })) } }
        },
      },
    }
  }],
  ['B31', 'it says that it cancelled everything, and leaves the last order', (inner) => ({
    adapter: {
      cancelAll: async () => {
        const { openOrders } = await inner.snapshot()
        const open = openOrders.status === 'present' ? openOrders.value : []
        for (const { brokerOrderId, symbol, side, clientOrderId = '' } of open.slice(0, -1)) {
          await inner.cancel({ orderId: '', account: 'main', clientOrderId: `all-${brokerOrderId}`, originalClientOrderId: clientOrderId, brokerOrderId, symbol, side })
        }
        return { kind: 'answered', answers: open.map(({ brokerOrderId }) => ({ brokerOrderId, outcome: { kind: 'accepted' } })) }
      },
    },
  })],
  ['B32', 'it takes a refusal for a failure that says nothing', (inner) => ({
    adapter: { submit: async (order) => { const outcome = await inner.submit(order); return outcome.kind === 'refused' ? { kind: 'ambiguous', reason: '422' } : outcome } },
  })],
  ['B33', 'it drops an acceptance that comes late', late({}, ({ kind }) => kind === 'accepted')],
  ['B34', 'it takes a refusal that comes late for an acceptance', (_, { service }) => {
    let isLate = false
    return {
      fault: { lateAnswer: () => { isLate = true } },
      adapter: {
        submit: async ({ clientOrderId }) => {
          if (isLate) service().clock.setTimer(() => { void service().deliver({ kind: 'accepted', clientOrderId, brokerOrderId: 'b' }) }, 100)
          return { kind: 'ambiguous', reason: 'timeout' }
        },
      },
    }
  }],
  ['B35', 'it cannot cancel what it has no answer to', late({ cancel: () => Promise.resolve({ kind: 'not_sent', reason: 'no broker id', retryable: true }) }, () => false, 'loseAnswer')],
  ['B36', 'a replace of what has ended is a new order', (inner) => ({
    adapter: {
      replace: async (replacement) => {
        const outcome = await inner.replace(replacement)
        return outcome.kind === 'refused' ? inner.submit({ ...replacement, clientOrderId: replacement.clientOrderId } as unknown as ApprovedOrder) : outcome
      },
    },
  })],
  ['B37', 'it forgets what had traded before a replace', (inner) => {
    // The broker cannot be made to trade: what it shows of an order whose half has traded is made up here.
    let half = ''
    return {
      market: { trade: async (_order, quantity) => { half = quantity } },
      adapter: {
        lookup: async (id) => {
          const answer = await inner.lookup(id)
          return answer.kind !== 'found' || answer.order.limitPrice !== '1' ? answer : { ...answer, order: { ...answer.order, status: 'partially_filled', filledQuantity: half } }
        },
      },
    }
  }],
  ['B38', 'it makes a stop of a trailing stop', (inner) => ({
    adapter: { submit: (order) => inner.submit({ ...order, terms: { ...order.terms, type: 'stop', stopPrice: '105' } }) },
  })],
  ['B39', 'every fill of an order by money is complete', () => ({ deliver: (update, pass) => pass(update.kind === 'fill' ? { ...update, complete: true } : update) })],
  ['B39', 'no fill of an order by money is complete', () => ({ deliver: (update, pass) => pass(update.kind === 'fill' ? { kind: 'fill', execution: update.execution } : update) })],
  ['B40', 'it keeps the exits to itself', swallow(({ kind }) => kind === 'leg')],
  ['B40', 'it lists an exit like any other order', (inner) => ({ adapter: { snapshot: async (since) => withOrders(await inner.snapshot(since), (order) => ({ ...order, leg: undefined }) as unknown as BrokerOrder) } })],
  ['B40', 'it does not say that the exits ended with their entry', swallow((update) => update.kind === 'canceled' && update.clientOrderId?.startsWith('k') !== true)],
  ['B41', 'it takes every exit for a stop', () => ({
    deliver: (update, pass) => pass(update.kind === 'leg' && update.order.leg !== undefined ? { ...update, order: { ...update.order, leg: { ...update.order.leg, role: 'stop_loss' } } } : update),
  })],
  ['B42', 'it does not say that the exits work', swallow(({ kind }) => kind === 'resumed')],
  ['B42', 'it names the fill of an exit by its entry', (_, { service }) => {
    const entries = new Map<string, string>()
    return {
      deliver: (update, pass) => {
        if (update.kind === 'leg') entries.set(update.order.brokerOrderId, update.order.leg?.parentBrokerOrderId ?? '')
        const entry = update.kind === 'fill' ? entries.get(update.execution.brokerOrderId) : undefined
        return entry === undefined || update.kind !== 'fill' ? pass(update) : service().deliver({ ...update, execution: { ...update.execution, brokerOrderId: entry } })
      },
    }
  }],
  ['B43', 'it does not say that the other exit has ended', swallow(({ kind }) => kind === 'canceled')],
  ['B44', 'it takes back a trade under another id', (_, { service }) => ({
    market: { bust: ({ executionId }) => service().deliver({ kind: 'busted', executionId: `bust-${executionId}` }) },
  })],
  ['B45', 'it tells a correction as one more fill', (_, { service }) => ({
    market: { correct: (execution, lastPrice) => service().deliver({ kind: 'fill', execution: { ...execution, executionId: `${execution.executionId}-c`, lastPrice } }) },
  })],
  ['B46', 'it lists only what it has sent itself', (inner) => ({
    market: {
      external: async () => {
        const outcome = await inner.submit(makeApprovedOrder({ clientOrderId: 'theirs', terms: { type: 'limit', limitPrice: '1' } }))
        return outcome.kind === 'accepted' ? outcome.brokerOrderId : ''
      },
    },
    adapter: {
      snapshot: async (since) => {
        const snapshot = await inner.snapshot(since)
        const { openOrders } = snapshot
        return openOrders.status === 'unavailable' ? snapshot : { ...snapshot, openOrders: { ...openOrders, value: openOrders.value.filter(({ clientOrderId }) => clientOrderId !== 'theirs') } }
      },
    },
  })],
  ['B47', 'it knows only the orders of its own life', () => ({ reopen: () => Promise.resolve(simulatedBroker({ prices: { AAPL: '100' }, volatility: 0 })) })],
]

function createWith(plant: Bug): (context: BrokerHarnessContext) => Promise<BrokerHarness> {
  return async (context) => {
    const broker = simulatedBroker({ prices: { AAPL: '100' }, volatility: 0, partialFills: 1 })
    let service: AdapterContext | undefined
    const { adapter = {}, fault, deliver, market, reopen } = plant(broker, { ...context, service: () => service as AdapterContext })
    return {
      adapter: {
        ...broker,
        connect: (given) => {
          service = given
          return broker.connect(deliver === undefined ? given : { ...given, deliver: (update) => deliver(update, (passed) => given.deliver(passed)) })
        },
        ...adapter,
      },
      ...(fault && { fault }),
      ...(reopen && { reopen }),
      market: { partial: () => ({ type: 'market' }), refused: () => ({ type: 'limit', limitPrice: '1.001' }), exitAt: '50', ...market },
      written: (id) => broker.orders().some(({ clientOrderIds }) => clientOrderIds.includes(id)),
      close: nothing,
    }
  }
}

async function failureOf(caseId: string, plant: Bug): Promise<unknown> {
  const session = await openBrokerSession(createWith(plant))
  try {
    await brokerCases.find(({ id }) => id === caseId)?.run(session)
    return undefined
  } catch (error) {
    return error
  } finally {
    await session.close()
  }
}

test.each(bugs)('%s catches: %s', async (id, _, plant) => {
  const error = await failureOf(id, plant)
  expect(error, 'the case fails').toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(NotApplicable)
})

test('every case has a planted bug', () => {
  expect([...new Set(bugs.map(([id]) => id))]).toEqual(brokerCases.map(({ id }) => id))
})

test.each([
  ['B08', 'a lost answer is `ambiguous`', (inner: BrokerAdapter): Planted => {
    let lost = false
    return {
      fault: { loseAnswer: () => { lost = true } },
      adapter: { submit: async (order) => { const outcome = await inner.submit(order); return lost ? { kind: 'ambiguous', reason: 'timeout' } : outcome } },
    }
  }],
  ['B09', 'a lost request is `ambiguous`', (): Planted => ({
    fault: { loseRequest: () => undefined }, adapter: { submit: async () => ({ kind: 'ambiguous', reason: 'timeout' }) },
  })],
  ['B23', 'a cut stream is reported and mended', (inner: BrokerAdapter, { service }: Parameters<Bug>[1]): Planted => ({
    fault: {
      disconnect: async () => {
        await service().deliver({ kind: 'connection', state: 'gap', reason: 'cut' })
        await inner.lookup('mend').catch(nothing)
        await service().deliver({ kind: 'connection', state: 'ready' })
      },
    },
  })],
] as const)('%s passes an adapter where %s', async (id, _, plant) => {
  expect(await failureOf(id, plant)).toBeUndefined()
})
