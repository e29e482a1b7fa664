import { EventEmitter } from 'eventemitter3'
import { type Observable, Subject } from 'rxjs'
import type { StoredEvent } from '../order/event.ts'
import { type Order, toOrder } from '../order/order.ts'
import type { PublishedEvent } from '../pipeline/book/account-book.ts'
import type { Alert } from '../pipeline/alert.ts'
import { describeError } from '../runtime/errors.ts'
import { callListener } from './call-listener.ts'
import { IsolatedObservable } from './isolated-observable.ts'

/** Hands durable events to everyone who listens. A listener that throws harms neither the service nor its neighbours. */
export interface EventHub {
  readonly events$: Observable<StoredEvent>
  readonly orders$: Observable<Order>
  on(type: string, listener: (value: never) => void): () => void
  publish(events: readonly PublishedEvent[]): void
  alert(alert: Alert): void
  close(): void
  /** A stream whose subscribers are isolated from each other like those of the hub. */
  isolate<Value>(source: Observable<Value>): Observable<Value>
}

export function createEventHub(): EventHub {
  const emitter = new EventEmitter()
  const events = new Subject<StoredEvent>()
  const orders = new Subject<Order>()

  const failed = (error: unknown): void => {
    alert({ code: 'LISTENER_FAILED', message: `a listener threw: ${describeError(error)}`, cause: error })
  }

  let alerting = false
  const alert = (value: Alert): void => {
    // An alert listener that throws must not alert about itself for ever.
    if (alerting) return
    alerting = true
    emitter.emit('alert', value)
    alerting = false
  }

  const isolate = <Value>(source: Observable<Value>): Observable<Value> =>
    new IsolatedObservable(failed, (subscriber) => source.subscribe(subscriber))

  return {
    events$: isolate(events),
    orders$: isolate(orders),
    on: (type, listener) => {
      const guarded = (value: unknown): void => { callListener(() => listener(value as never), failed) }
      emitter.on(type, guarded)
      return () => { emitter.off(type, guarded) }
    },
    publish: (published) => {
      for (const { event, order } of published) {
        events.next(event)
        emitter.emit(event.type, event)
        emitter.emit('event', event)
        if (order !== undefined && orders.observed) orders.next(toOrder(order))
      }
    },
    alert,
    isolate,
    close: () => {
      events.complete()
      orders.complete()
      emitter.removeAllListeners()
    },
  }
}
