import type { Clock } from '@sluice/core'

/**
 * The value, or a rejection after `limit` milliseconds. What is known at once costs no timer.
 * @throws Error when it takes longer; whatever the promise throws
 */
export function timeBox<Value>(value: Value | PromiseLike<Value>, clock: Clock, limit: number): Value | Promise<Value> {
  if (!isThenable(value)) return value
  return new Promise((resolve, reject) => {
    const timer = clock.setTimer(() => { reject(new Error(`no answer within ${limit} ms`)) }, limit)
    value.then(
      (result) => { timer.cancel(); resolve(result) },
      (error: unknown) => { timer.cancel(); reject(error instanceof Error ? error : new Error(String(error))) },
    )
  })
}

function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
