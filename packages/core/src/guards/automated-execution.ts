import { ONE } from '../order/decimal.ts'
import type { StoredEvent } from '../order/event.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, reject, within } from './guard.ts'
import { countOption } from './option.ts'

export interface AutomatedExecutionOptions {
  /** Orders of one strategy that may trade before a human looks again. */
  readonly executions: number
}

/** By strategy: orders that have traded, or still may, since a human last touched it; and the unfinished ones by id. */
interface Memory {
  readonly counts: Map<string, number>
  readonly open: Map<string, { readonly strategy: string; traded: boolean }>
}

const control: Control = {
  prevents: 'A strategy that trades on and on without a human ever looking',
  sources: ['RTS 6 15(3)', 'SEC 15c3-5 (c)(1)(ii)', 'FIA repeated automated execution limits'],
  codes: { AUTOMATED_EXECUTION_LIMIT: 'The strategy has traded as often as it may without a human. Look at it, then release the kill switch for it.' },
  reducing: 'pass',
  tightens: { executions: 'lower' },
}

/** Orders without a strategy count together. */
const nameOf = (strategy: string | undefined): string => strategy ?? ''

function count(state: Memory, strategy: string, change: number): void {
  state.counts.set(strategy, Math.max(0, (state.counts.get(strategy) ?? 0) + change))
}

function follow(state: Memory, event: StoredEvent): void {
  switch (event.type) {
    case 'order_pending_new': {
      const { orderId, intent, approval } = event.data
      const strategy = nameOf(intent.terms.strategy)
      // Somebody has just looked at an order of it.
      if (approval !== undefined) state.counts.set(strategy, 0)
      state.open.set(orderId, { strategy, traded: false })
      count(state, strategy, 1)
      return
    }
    case 'order_partially_filled':
    case 'order_filled': {
      const order = state.open.get(event.data.orderId)
      if (order === undefined) return
      order.traded = true
      if (event.type === 'order_filled') state.open.delete(event.data.orderId)
      return
    }
    case 'order_denied':
    case 'order_rejected':
    case 'order_canceled':
    case 'order_expired': {
      const order = state.open.get(event.data.orderId)
      state.open.delete(event.data.orderId)
      // What ended without a trade was no execution.
      if (order?.traded === false) count(state, order.strategy, -1)
      return
    }
    case 'guard_noted': {
      const note = event.data.note as { readonly released?: string }
      if (event.data.guard !== 'automated-execution' || note.released === undefined) return
      if (note.released === '*') state.counts.clear()
      else state.counts.set(note.released, 0)
      return
    }
    default:
  }
}

/**
 * Repeated automated execution throttle (RTS 6 article 15(3)). Every order of a strategy that traded, or still may, counts until a
 * human approves an order of it or releases the kill switch for it; at the limit the strategy is stopped.
 */
export function automatedExecution(options: AutomatedExecutionOptions): Guard<AutomatedExecutionOptions, Memory, undefined> {
  const limit = countOption('automatedExecution', 'executions', options.executions)
  return defineGuard<AutomatedExecutionOptions, Memory>({
    name: 'automated-execution',
    options,
    control,
    withOptions: automatedExecution,
    usage: ({ state }) => [...state.counts].map(([strategy, used]) => ({ limit: 'executions', strategy, maximum: limit.text, used: String(used) })),
    initial: { counts: new Map(), open: new Map() },
    apply: (state, event) => {
      follow(state, event)
      return state
    },
    check: (order, { view, state }): Decision => {
      const strategy = nameOf(order.strategy)
      const others = (state.counts.get(strategy) ?? 0) - (state.open.has(order.orderId) ? 1 : 0)
      const observed = BigInt(others + 1) * ONE
      if (observed <= limit.units || view.reducing(order)) return within(observed, limit.units, limit.text)
      return reject('AUTOMATED_EXECUTION_LIMIT', `strategy ${strategy || '(none)'} has traded ${others} times since a human last looked, the limit is ${limit.text}`, { limit: limit.text, observed: String(others + 1) })
    },
    trip: ({ view, state }) => {
      for (const [strategy, used] of state.counts) {
        const stillOpen = [...state.open.values()].filter((order) => order.strategy === strategy && !order.traded).length
        if (used - stillOpen < options.executions) continue
        const scope = strategy === '' ? `account:${view.account}` as const : `strategy:${strategy}` as const
        return { scope, level: 'reduce_only', reason: `strategy ${strategy || '(none)'} has traded ${used - stillOpen} times since a human last looked` }
      }
      return undefined
    },
    released: (scope, { account }) => {
      if (scope === 'global' || scope === `account:${account}`) return { released: '*' }
      return scope.startsWith('strategy:') ? { released: scope.slice('strategy:'.length) } : undefined
    },
  })
}
