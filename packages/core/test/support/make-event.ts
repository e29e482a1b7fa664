import type { EventData, EventDraft, EventOf, EventType, Evaluation, Execution, OrderIntent, Reservation, StoredEvent } from '../../src/order/event.ts'
import type { OrderTerms } from '../../src/order/request.ts'
import { toIso } from '../../src/runtime/clock.ts'
import { makeTerms } from '../../src/testing/makers.ts'

export const NO_EVALUATION: Evaluation = { decisions: [], inputs: {}, killEpoch: 0, limits: 0 }
/** A Monday, 14:30 UTC. */
export const START = Date.UTC(2026, 0, 5, 14, 30)

/** Numbers events of one account as a journal would. */
export interface EventSource {
  /** Wall time of the next event, in ms. Change it between events. */
  now: number
  make<Type extends EventType>(type: Type, data: EventData[Type]): EventOf<Type>
  of(draft: EventDraft): StoredEvent
}

export function eventSource(now: number = START): EventSource {
  let sequence = 0
  const source: EventSource = {
    now,
    make: (type, data) => source.of({ type, data } as EventDraft) as EventOf<typeof type>,
    of: (draft) => {
      sequence += 1
      return { id: `main:${sequence}`, account: 'main', sequence, time: toIso(source.now), ...draft }
    },
  }
  return source
}

export function makeIntent(terms: Partial<OrderTerms> = {}, reservation: Partial<Reservation> = {}, broker = 'main'): OrderIntent {
  const made = makeTerms(terms)
  return {
    terms: made, digest: 'digest', idempotencyKey: 'key', actor: 'local', broker,
    reservation: { quantity: made.quantity ?? '0', price: made.limitPrice ?? '100', ...reservation },
  }
}

let executions = 0

/** A trade of ten AAPL, bought at 100; each call makes another execution. */
export function makeExecution(overrides: Partial<Execution> = {}): Execution {
  executions += 1
  return {
    executionId: `execution-${executions}`, broker: 'main', brokerOrderId: 'broker-1', symbol: 'AAPL', side: 'buy',
    lastQuantity: '10', lastPrice: '100', time: '2026-01-05T14:30:00.000Z', ...overrides,
  }
}
