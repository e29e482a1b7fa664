import { Observable, type Observer, type Operator, Subscriber, type Subscription, type TeardownLogic } from 'rxjs'
import { callListener } from './call-listener.ts'

type Failed = (error: unknown) => void

/**
 * An observable whose subscribers cannot hurt anyone: what one throws is reported and ends nothing. RxJS would rethrow it on a
 * timer, which ends the process by default. Chains made from it by `pipe` are isolated in the same way.
 */
export class IsolatedObservable<Value> extends Observable<Value> {
  readonly #failed: Failed

  constructor(failed: Failed, subscribe?: (subscriber: Subscriber<Value>) => TeardownLogic) {
    super(subscribe)
    this.#failed = failed
  }

  override lift<Result>(operator?: Operator<Value, Result>): Observable<Result> {
    const lifted = new IsolatedObservable<Result>(this.#failed)
    lifted.source = this
    lifted.operator = operator
    return lifted
  }

  override subscribe(observerOrNext?: Partial<Observer<Value>> | ((value: Value) => void) | null): Subscription {
    // Operators subscribe with a Subscriber of their own; only the end of a chain is foreign code.
    if (observerOrNext instanceof Subscriber) return super.subscribe(observerOrNext)
    const observer: Partial<Observer<Value>> = typeof observerOrNext === 'function' ? { next: observerOrNext } : (observerOrNext ?? {})
    const guard = (call: () => unknown): void => { callListener(call, this.#failed) }
    return super.subscribe({
      next: (value) => { guard(() => observer.next?.(value)) },
      error: (error: unknown) => { guard(() => { if (observer.error === undefined) this.#failed(error); else observer.error(error) }) },
      complete: () => { guard(() => observer.complete?.()) },
    })
  }
}
