// An adapter of your own, for a venue with REST and long polling. It translates and reports. It never retries an order, and
// what it cannot prove it calls ambiguous: then Sluice looks the order up instead of guessing.
import {
  type AdapterContext, type BrokerAdapter, type BrokerCapabilities, type BrokerUpdate, type Clock, type CommandOutcome, type SubmitOutcome, systemClock,
} from '@sluice/core'
import type { AcmeEvent, AcmeOrder } from './acme-venue.ts'
import { toAcme, toBrokerOrder, toExecution, toPositions, toUpdate } from './map-acme.ts'

export interface AcmeBrokerOptions {
  readonly url: string
  readonly clock?: Clock
  /** How long Acme may take to answer, in ms. Default 5 000. */
  readonly timeout?: number
  readonly fetch?: typeof globalThis.fetch
}

/** An answer, or the reason why there is none. */
type Answer = { readonly status: number; readonly body: unknown } | { readonly status: undefined; readonly reason: string }

const RETRY_DELAY = 100

const capabilities: BrokerCapabilities = {
  environment: 'paper', orderTypes: ['market', 'limit'], timesInForce: ['day', 'gtc'], orderClasses: [], notional: false, fractional: true, extendedHours: false,
  shortSelling: false, replace: false, cancelByClientOrderId: true, positions: true, executions: true, dedupesClientOrderId: true, absence: { visibilityLag: 0, historyComplete: true },
  clientOrderId: { maximumLength: 64 },
}

export function acmeBroker({ url, clock = systemClock, timeout = 5_000, fetch = globalThis.fetch }: AcmeBrokerOptions): BrokerAdapter {
  const closing = new AbortController()
  let context: AdapterContext | undefined

  /** Calls `fetch` in this very tick: the permit of an order is asked right before. */
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const late = new AbortController()
    const timer = clock.setTimer(() => { late.abort(new Error(`no answer in ${timeout} ms`)) }, timeout)
    try {
      const response = await fetch(url + path, {
        method, signal: AbortSignal.any([late.signal, closing.signal]), ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      return { status: response.status, body: await response.json() }
    } catch (error) {
      return { status: undefined, reason: error instanceof Error ? error.message : String(error) }
    } finally {
      timer.cancel()
    }
  }

  /** Only a clear word of Acme counts. No answer, and a 5xx, prove nothing. */
  const outcomeOf = (answer: Answer): CommandOutcome & { kind: 'refused' | 'ambiguous' } => {
    if (answer.status === undefined) return { kind: 'ambiguous', reason: answer.reason }
    if (answer.status >= 500) return { kind: 'ambiguous', reason: `Acme answered ${answer.status}` }
    return { kind: 'refused', ...(answer.body as { code: string; message: string }) }
  }
  const deliver = async (update: BrokerUpdate): Promise<void> => {
    if (!closing.signal.aborted) await context?.deliver(update)
  }

  /** Takes one event after the other, each when the one before is durable. */
  const follow = async (from: number): Promise<void> => {
    let sequence = from
    let isReady = true
    while (!closing.signal.aborted) {
      const answer = await ask('GET', `/events?after=${sequence}&wait=${isReady ? 'yes' : 'no'}`)
      if (answer.status !== 200) {
        if (isReady) await deliver({ kind: 'connection', state: 'gap', reason: 'the line to Acme is cut' })
        isReady = false
        await new Promise<void>((resolve) => { clock.setTimer(resolve, RETRY_DELAY) })
        continue
      }
      if (!isReady) await deliver({ kind: 'connection', state: 'ready' })
      isReady = true
      for (const event of answer.body as readonly AcmeEvent[]) {
        await deliver(toUpdate(event))
        sequence = event.sequence
      }
    }
  }

  return {
    capabilities,
    connect: async (given) => {
      context = given
      given.signal.addEventListener('abort', () => { closing.abort() }, { once: true })
      const answer = await ask('GET', '/orders')
      if (answer.status !== 200) throw new Error('Acme cannot be reached')
      void follow((answer.body as { sequence: number }).sequence)
      await deliver({ kind: 'connection', state: 'ready' })
    },
    submit: async ({ clientOrderId, terms, permit }): Promise<SubmitOutcome> => {
      if (context === undefined || closing.signal.aborted) return { kind: 'not_sent', reason: 'not connected', retryable: true }
      // No await between the permit and the call.
      if (!permit()) return { kind: 'not_sent', reason: 'the permit has ended', retryable: true }
      const answer = await ask('PUT', `/orders/${encodeURIComponent(clientOrderId)}`, toAcme(terms))
      if (answer.status === 201) return { kind: 'accepted', brokerOrderId: (answer.body as AcmeOrder).orderId }
      return answer.status === 409 ? { kind: 'duplicate' } : outcomeOf(answer)
    },
    cancel: async ({ originalClientOrderId }): Promise<CommandOutcome> => {
      const answer = await ask('DELETE', `/orders/${encodeURIComponent(originalClientOrderId)}`)
      return answer.status === 200 ? { kind: 'accepted' } : outcomeOf(answer)
    },
    replace: async () => ({ kind: 'not_sent', reason: 'Acme cannot replace orders', retryable: false }),
    lookup: async (clientOrderId) => {
      const asOf = clock.now()
      const answer = await ask('GET', `/orders/${encodeURIComponent(clientOrderId)}`)
      if (answer.status === 200) return { kind: 'found', order: toBrokerOrder(answer.body as AcmeOrder) }
      return answer.status === 404 ? { kind: 'not_found', asOf } : { kind: 'indeterminate', reason: 'Acme did not answer' }
    },
    snapshot: async () => {
      const asOf = clock.now()
      const answer = await ask('GET', '/orders')
      const account = { status: 'unavailable', reason: 'Acme does not tell' } as const
      if (answer.status !== 200) {
        const silent = { status: 'unavailable', reason: 'Acme did not answer' } as const
        return { asOf, openOrders: silent, executions: silent, positions: silent, account }
      }
      const { sequence, orders } = answer.body as { readonly sequence: number; readonly orders: readonly AcmeOrder[] }
      return {
        asOf, cursor: String(sequence), account,
        openOrders: { status: 'present', value: orders.filter(({ state }) => state === 'open').map(toBrokerOrder) },
        executions: { status: 'present', value: orders.flatMap((order) => order.fills.map((fill) => toExecution(order, fill))) },
        positions: { status: 'present', value: toPositions(orders) },
      }
    },
    close: async () => { closing.abort() },
  }
}
