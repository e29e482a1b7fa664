import type { Execution, Journal, StoredEvent } from '@sluice/core'

/** An event of an account, told apart from others by the order it names. */
export function makeEvent(sequence: number, account: string = 'main', orderId: string = `order-${sequence}`): StoredEvent {
  return { id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId } }
}

/** A fill of `main`, told apart by its execution. */
export function makeFill(sequence: number, executionId: string, { broker = 'main', inferred = false }: { readonly broker?: string; readonly inferred?: boolean } = {}): StoredEvent {
  const execution: Execution = {
    executionId, broker, brokerOrderId: 'b-1', symbol: 'AAPL', side: 'buy', lastQuantity: '1', lastPrice: '100', time: '2026-11-22T17:00:00.000Z',
    ...(inferred && { inferred }),
  }
  const data = { orderId: 'order-1', execution, filledQuantity: '1', leavesQuantity: '9', averagePrice: '100' }
  return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_partially_filled', data }
}

/** `count` consecutive events, the first with the sequence number `first`. */
export function makeEvents(first: number, count: number, account: string = 'main'): StoredEvent[] {
  return Array.from({ length: count }, (_, index) => makeEvent(first + index, account))
}

/** Everything `read` gives. */
export async function collect(journal: Journal, account: string = 'main', from: number = 1): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const event of journal.read(account, from)) events.push(event)
  return events
}

/** The sequence numbers `read` gives. */
export async function sequences(journal: Journal, account: string = 'main', from: number = 1): Promise<number[]> {
  return (await collect(journal, account, from)).map(({ sequence }) => sequence)
}

/** 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1)
}
