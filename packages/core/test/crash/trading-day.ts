import type { ExecutionService } from '../../src/service/execution-service.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { systemClock } from '../../src/runtime/clock.ts'

/** What the day's caller saw. Written down at once, in a place that outlives the process. */
export interface Witness {
  asked(key: string): void
  answered(key: string, orderId: string): void
}

const REQUESTS: readonly (readonly [at: number, key: string, terms: RequestOverrides])[] = [
  [0, 'rests', { limitPrice: '90' }],
  [5, 'trades', { type: 'market', quantity: '6' }],
  [20, 'changes', { limitPrice: '91', symbol: 'MSFT', quantity: '3' }],
  [30, 'sells', { type: 'market', side: 'sell', quantity: '2' }],
  [35, 'asks', { limitPrice: '90', quantity: '12' }],
  [45, 'races', { type: 'market', symbol: 'MSFT', quantity: '4' }],
  [50, 'crosses', { limitPrice: '100.5', quantity: '5' }],
  [55, 'too-much', { limitPrice: '90', quantity: '500' }],
]

/** What is on its way when everything has been answered has this long to arrive, in ms. */
const AFTERNOON = 40
/** A day does not end later, in ms. */
const LONGEST_DAY = 4_000

const pause = (delay: number): Promise<void> => new Promise((resolve) => { systemClock.setTimer(resolve, delay, true) })

const requestOf = (terms: RequestOverrides, key: string): ReturnType<typeof makeRequest> => makeRequest({ ...terms, idempotencyKey: key })

/** The request behind a key, for the caller who never got an answer. */
export function requestFor(key: string): ReturnType<typeof makeRequest> {
  const found = REQUESTS.find(([, name]) => name === key)
  if (found === undefined) throw new Error(`nobody asked for ${key}`)
  return requestOf(found[2], key)
}

/** The first sight of an order, before it is answered. */
async function sighted(service: ExecutionService, key: string): Promise<string> {
  for (;;) {
    const order = (await service.listOrders()).find(({ idempotencyKey }) => idempotencyKey === key)
    if (order !== undefined) return order.id
    await pause(1)
  }
}

/**
 * A trading day in real time: orders, a cancel, a replace, an approval, and a cancel in a race with its order. Whatever is
 * refused or lost is somebody else's question.
 */
export async function trade(service: ExecutionService, witness: Witness): Promise<void> {
  const then: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    rests: (id) => service.cancelOrder(id),
    changes: (id) => service.replaceOrder(id, { quantity: '5' }),
    asks: (id) => service.approveOrder(id, { code: 'zqcanary-code-1' }),
  }
  const place = async (key: string, at: number, terms: RequestOverrides): Promise<void> => {
    await pause(at)
    witness.asked(key)
    const { id } = await service.placeOrder(requestOf(terms, key))
    witness.answered(key, id)
    await then[key]?.(id)
  }
  const racing = sighted(service, 'races').then((id) => service.cancelOrder(id))
  const work = [racing, ...REQUESTS.map(([at, key, terms]) => place(key, at, terms))]
  await Promise.race([Promise.allSettled(work), pause(LONGEST_DAY)])
  await pause(AFTERNOON)
}
