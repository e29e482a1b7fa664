import { crc32 } from 'node:zlib'
import type { Database } from './load-sqlite.ts'
import type { Finding } from './verify-report.ts'

/** What a set of (order, event) pairs comes to, in whatever order they are added: equal sets have equal sums. */
export interface OrderIndexSum {
  readonly count: number
  readonly sum: number
}

/** Far below where a float counts no more in ones. */
const MODULUS = 2 ** 50

export interface OrderIndexSummer {
  add(orderId: string, position: number): void
  readonly result: OrderIndexSum
}

export function sumOrderIndex(): OrderIndexSummer {
  let [count, sum] = [0, 0]
  return {
    add: (orderId, position) => {
      count += 1
      sum = (sum + crc32(`${orderId}\n${position}`)) % MODULUS
    },
    get result() { return { count, sum } },
  }
}

const isBefore = (left: string, right: string): boolean => left < right || Buffer.compare(Buffer.from(left), Buffer.from(right)) < 0

/**
 * Reads the index by which an order's events are found, from one end to the other: a finding where it is out of order, for then a search
 * in it goes astray. Whether it says what the events say shows by its sum. SQLite's own check looks each event up in it, and takes
 * longer than everything else together.
 */
export function* verifyOrderIndex(database: Database, summer: OrderIndexSummer): Generator<Finding | undefined, void, undefined> {
  const select = database.prepare('SELECT order_id, position FROM order_events ORDER BY order_id, position')
  select.setReturnArrays(true)
  let [previous, place] = ['', -1]
  for (const row of select.iterate() as unknown as Iterable<readonly [orderId: string, position: number]>) {
    const [orderId, position] = row
    const follows = orderId === previous ? position > place : isBefore(previous, orderId)
    yield follows ? undefined : { code: 'RECORD_DAMAGED', message: `the index of orders is out of order at ${JSON.stringify(orderId)}` }
    summer.add(orderId, position)
    previous = orderId
    place = position
  }
}
