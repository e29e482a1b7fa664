import type { FeedInput, OrderFeed } from './feed-source.ts'

export interface EventTargetFeedOptions {
  /** The name of the events; default `message`, as an EventSource, a BroadcastChannel, a worker and a WebSocket have it. */
  readonly event?: string
  /** The source is never silent for longer, in ms; twice as much counts as dead. Default: no limit. */
  readonly heartbeat?: number
}

/** What an event carries: `detail` of a CustomEvent, else `data`, of which a text is JSON. */
function carried(event: Event): unknown {
  const value: unknown = event instanceof CustomEvent ? event.detail : (event as MessageEvent).data
  return typeof value === 'string' ? JSON.parse(value) : value
}

/** Events from anything that dispatches them. It cannot resume: what it loses is read from the client. */
export function fromEvents(target: EventTarget, { event = 'message', heartbeat }: EventTargetFeedOptions = {}): OrderFeed {
  return {
    ...(heartbeat !== undefined && { heartbeat }),
    subscribe: (observer) => {
      const listener = (dispatched: Event): void => {
        try {
          observer.next(carried(dispatched) as FeedInput)
        } catch (error) {
          observer.error(error)
        }
      }
      target.addEventListener(event, listener)
      return () => {
        target.removeEventListener(event, listener)
      }
    },
  }
}
