import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { Clock } from '../../src/runtime/clock.ts'
import { proxyBroker } from './broker-proxy.ts'

/** A process that dies at one exact step: before or after one of its journal writes or of its calls to the broker. */
export interface Mortal {
  readonly clock: Clock
  readonly journal: (inner: Journal) => Journal
  readonly broker: (inner: BrokerAdapter) => BrokerAdapter
  readonly dead: boolean
  /** Rejects when it dies. */
  readonly ended: Promise<never>
  /** Steps so far. */
  readonly steps: number
  /** Where it died, for a message. */
  readonly place: string
}

const never = <Value>(): Promise<Value> => new Promise(() => undefined)

/** Without `diesAt` it lives for ever. Once dead, nothing it does has any effect, and its sockets are closed. */
export function createMortal(clock: Clock, diesAt = Number.POSITIVE_INFINITY): Mortal {
  let dead = false
  let steps = 0
  let place = ''
  const end = Promise.withResolvers<never>()
  end.promise.catch(() => undefined)
  let closeSockets = (): void => undefined

  /** True when the process is dead after this step. */
  const dies = (where: string): boolean => {
    if (dead) return true
    steps += 1
    if (steps !== diesAt) return false
    dead = true
    place = where
    closeSockets()
    end.reject(new Error(`died ${where}`))
    return true
  }
  const mortal = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    if (dies(`before ${name}`)) return never()
    const value = await work()
    return dies(`after ${name}`) ? never() : value
  }

  return {
    clock: { ...clock, setTimer: (callback, delay, keepAlive) => clock.setTimer(() => { if (!dead) callback() }, delay, keepAlive) },
    journal: (inner) => ({
      ...inner,
      append: (lease, batch) => mortal(`append ${batch.events.map(({ type }) => type).join(' ')}`, () => inner.append(lease, batch)),
      advance: (counter, to) => mortal(`advance ${counter}`, () => inner.advance(counter, to)),
      saveCursor: (name, value) => mortal(`cursor ${name}`, () => inner.saveCursor(name, value)),
    }),
    broker: (inner) => {
      closeSockets = () => { void inner.close() }
      return proxyBroker({ ...inner, connect: (context) => inner.connect({ ...context, clock }) }, {
        around: (call, ask, subject) => mortal(`${call} ${subject}`, ask),
        update: (update, pass) => (dead ? never() : pass(update)),
      })
    },
    ended: end.promise,
    get dead() { return dead },
    get steps() { return steps },
    get place() { return place },
  }
}
