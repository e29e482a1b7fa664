import type { AdapterContext, BrokerAdapter } from '@sluice/core'
import type { Ask, Word } from './venue.ts'

type Question = Ask extends infer Each ? (Each extends unknown ? Omit<Each, 'id' | 'account'> : never) : never

const waiting = new Map<number, (answer: never) => void>()
const contexts = new Map<string, AdapterContext>()
let last = 0

process.on('message', (word: Word) => {
  if ('fill' in word) void contexts.get(word.account)?.deliver({ kind: 'fill', execution: word.fill, complete: true })
  else if ('answer' in word) {
    waiting.get(word.id)?.(word.answer as never)
    waiting.delete(word.id)
  }
})

/** The venue as a broker: messages to the first process stand in for its socket. */
export function venueAdapter(account: string): BrokerAdapter {
  const ask = (question: Question): Promise<never> => new Promise((resolve) => {
    last += 1
    waiting.set(last, resolve)
    process.send?.({ ...question, id: last, account })
  })
  return {
    capabilities: {
      environment: 'paper', orderTypes: ['market', 'limit'], timesInForce: ['day'], orderClasses: [], notional: false, fractional: false, extendedHours: false, shortSelling: false,
      replace: false, cancelByClientOrderId: false, positions: true, executions: true, dedupesClientOrderId: false, absence: { visibilityLag: 50, historyComplete: true }, clientOrderId: { maximumLength: 64 },
    },
    connect: async (context) => { contexts.set(account, context) },
    submit: async (order) => {
      // Asked in the tick of the write: a node that was paused sends nothing when it wakes.
      if (!order.permit()) return { kind: 'not_sent', reason: 'the permit was refused', retryable: true }
      return ask({ what: 'submit', clientOrderId: order.clientOrderId, quantity: order.terms.quantity ?? '0' })
    },
    lookup: (clientOrderId) => ask({ what: 'lookup', clientOrderId }),
    snapshot: () => ask({ what: 'snapshot' }),
    cancel: async () => ({ kind: 'refused', code: 'FILLED', message: 'orders fill at once here' }),
    replace: async () => ({ kind: 'refused', code: 'UNSUPPORTED', message: 'no replaces here' }),
    close: async () => { contexts.delete(account) },
  }
}
