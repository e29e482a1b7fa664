import type { EventDraft, EventType } from './event.ts'

/** The order an event is about, when it is about one. */
export function orderIdOf(event: EventDraft): string | undefined {
  return 'orderId' in event.data ? event.data.orderId : undefined
}

/** These may name an order without changing it. */
const REMARKS: ReadonlySet<EventType> = new Set<EventType>(['limit_warning', 'anomaly_detected', 'order_replace_denied'])

/** The order whose history an event belongs to. */
export function historyOrderIdOf(event: EventDraft): string | undefined {
  return REMARKS.has(event.type) ? undefined : orderIdOf(event)
}

/** Whether an order begins with this event: nothing of it can have been before. */
export function beginsOrder({ data }: EventDraft): boolean {
  return 'intent' in data && data.intent !== undefined && !('again' in data && data.again !== undefined) && !('approval' in data && data.approval !== undefined)
}
