import { type BrokerExecution, type BrokerUpdate, formatDecimal, parseDecimal, type ReplaceRequest } from '@sluice/core'
import { executionIdOf } from '../orders/execution-id.ts'
import { sideOf } from '../orders/map-broker-order.ts'
import { isMultiLegParent } from '../orders/multi-leg.ts'
import { groupUpdates, isGrouped, type OrderGroups } from '../orders/order-groups.ts'
import type { OrderMemory } from '../orders/order-memory.ts'
import type { RestClient } from '../rest/rest-client.ts'
import type { WireOrder, WireUpdate } from '../rest/wire.ts'

/** What one frame means; `gap` says why more must have happened than was heard. */
export interface MappedUpdate {
  readonly updates: readonly BrokerUpdate[]
  readonly gap?: string
}

export interface UpdateMapper {
  map(update: WireUpdate): MappedUpdate | Promise<MappedUpdate>
  /** The filled quantity of an order up to which its trades were told. */
  toldOf(brokerOrderId: string): string
  /** A snapshot has told so much. */
  tell(execution: BrokerExecution): void
}

/** Ids of trades are remembered for busts and corrections. */
const KEPT = 10_000

function changesBetween(before: WireOrder, after: WireOrder): ReplaceRequest {
  return {
    ...(after.qty !== undefined && after.qty !== before.qty && { quantity: after.qty }),
    ...(after.limit_price !== undefined && after.limit_price !== before.limit_price && { limitPrice: after.limit_price }),
    ...(after.stop_price !== undefined && after.stop_price !== before.stop_price && { stopPrice: after.stop_price }),
  }
}

export function createUpdateMapper(rest: RestClient, memory: OrderMemory, groups: OrderGroups): UpdateMapper {
  const told = new Map<string, string>()
  const executions = new Map<string, BrokerExecution>()
  /** How often quantity was taken back from an order. */
  const busts = new Map<string, number>()

  const toldOf = (id: string): string => told.get(id) ?? '0'
  const remember = (id: string, execution: BrokerExecution): void => {
    executions.set(id, execution)
    if (executions.size <= KEPT) return
    const oldest = executions.keys().next().value
    if (oldest !== undefined) executions.delete(oldest)
  }
  const raise = (id: string, cumulative: string): void => {
    if (parseDecimal(cumulative) > parseDecimal(toldOf(id))) told.set(id, cumulative)
    if (told.size > KEPT) for (const key of told.keys()) { told.delete(key); break }
  }
  const executionOf = ({ at, execution_id, order, price, qty, timestamp }: WireUpdate): { readonly execution: BrokerExecution; readonly missed: boolean } | undefined => {
    const cumulative = order.filled_qty ?? '0'
    const before = parseDecimal(toldOf(order.id))
    const quantity = qty ?? formatDecimal(parseDecimal(cumulative) - before)
    // The average is the price itself where nothing traded before.
    const lastPrice = price ?? (before === 0n ? order.filled_avg_price : undefined)
    if (lastPrice === undefined || parseDecimal(quantity) <= 0n) return undefined
    const execution: BrokerExecution = {
      executionId: executionIdOf(order.id, cumulative, busts.get(order.id)), brokerOrderId: order.id, clientOrderId: order.client_order_id,
      symbol: order.symbol ?? '', side: sideOf(order), lastQuantity: quantity, lastPrice, time: timestamp ?? at ?? order.updated_at ?? '',
    }
    if (execution_id !== undefined) remember(execution_id, execution)
    const missed = parseDecimal(cumulative) - parseDecimal(quantity) > before
    raise(order.id, cumulative)
    return { execution, missed }
  }
  /** Trades that a report of the end counts and nobody has told. */
  const untold = ({ id, filled_qty = '0' }: WireOrder): { readonly gap?: string } =>
    (parseDecimal(filled_qty) > parseDecimal(toldOf(id)) ? { gap: `trades of order ${id} were not reported` } : {})

  const replaced = async (order: WireOrder): Promise<MappedUpdate> => {
    // Alpaca is known to send the old order here; the new one is taken as well.
    const successorId = order.replaced_by ?? (order.replaces === undefined ? undefined : order.id)
    if (successorId === undefined) return { updates: [], gap: 'a replaced order without its successor' }
    const answer = successorId === order.id ? { kind: 'answer', value: order } as const : memory.byId(successorId) === undefined
      ? await rest.orderById(successorId) : { kind: 'answer', value: memory.byId(successorId) as WireOrder } as const
    const predecessor = order.replaces === undefined || successorId !== order.id ? order : memory.byId(order.replaces)
    if (answer.kind !== 'answer' || predecessor === undefined) return { updates: [], gap: 'the successor of a replaced order cannot be read' }
    memory.learn(answer.value)
    const update: BrokerUpdate = {
      kind: 'replaced', clientOrderId: answer.value.client_order_id, brokerOrderId: answer.value.id, originalClientOrderId: predecessor.client_order_id,
      // Quantities of a chain are totals, and the successor shows what is left: only an untraded order tells its new quantity.
      changes: changesBetween(predecessor.filled_qty === undefined || predecessor.filled_qty === '0' ? predecessor : { ...predecessor, qty: answer.value.qty }, answer.value),
    }
    return { updates: [update], ...untold(predecessor) }
  }
  const withExits = async (order: WireOrder): Promise<MappedUpdate> => {
    const accepted: BrokerUpdate = { kind: 'accepted', clientOrderId: order.client_order_id, brokerOrderId: order.id }
    const group = await rest.orderGroup(order.id)
    if (group.kind !== 'answer') return { updates: [accepted], gap: `the exits of order ${order.id} cannot be read` }
    memory.learn(group.value)
    return { updates: [accepted, ...groupUpdates(groups, memory, group.value)] }
  }
  const reversed = ({ event, execution_id, order, price, qty }: WireUpdate): MappedUpdate => {
    const known = execution_id === undefined ? undefined : executions.get(execution_id)
    if (known === undefined) return { updates: [], gap: `a trade of order ${order.id} was taken back or changed that is not known here` }
    const takeBack = (): void => {
      busts.set(order.id, (busts.get(order.id) ?? 0) + 1)
      told.set(order.id, order.filled_qty ?? '0')
    }
    if (event === 'trade_bust') {
      takeBack()
      return { updates: [{ kind: 'busted', executionId: known.executionId }] }
    }
    const execution = { ...known, lastQuantity: qty ?? known.lastQuantity, lastPrice: price ?? known.lastPrice }
    remember(execution_id ?? '', execution)
    // A smaller quantity can be reached a second time, as after a bust.
    if (execution.lastQuantity !== known.lastQuantity) takeBack()
    return { updates: [{ kind: 'corrected', executionId: known.executionId, execution }] }
  }

  return {
    toldOf,
    tell: ({ brokerOrderId, executionId }) => {
      const [, cumulative = '0'] = executionId.split(':')
      raise(brokerOrderId, cumulative)
    },
    map: (update) => {
      const { event, order, reason } = update
      const before = memory.byId(order.id)
      memory.learn(order)
      const names = { clientOrderId: order.client_order_id, brokerOrderId: order.id }
      const message = reason ?? `Alpaca reported ${event}`
      // Nobody here places one. What it does is done by its legs, which only a listing and the activities tell one by one.
      if (isMultiLegParent(order)) return { updates: [], ...(!event.startsWith('pending_') && { gap: `event ${event.slice(0, 40)} of the multi-leg order ${order.id}` }) }
      switch (event) {
        case 'pending_new':
        case 'accepted':
        case 'new':
        case 'held': {
          // A successor is no acceptance: it speaks for the change, which `replaced` reports.
          if (order.replaces !== undefined && event !== 'new') return { updates: [] }
          // The answer that shows its exits was lost, or is not here yet.
          if (event === 'new' && isGrouped(order) && !groups.knows(order.id)) return withExits(order)
          const slept = before?.status === 'held' || before?.status === 'suspended' || before?.status === 'done_for_day' || before?.status === 'calculated'
          // Another channel may have told the adapter that an exit works now, and not the service: saying it twice changes nothing.
          const isExit = event === 'new' && groups.legOf(order.id) !== undefined
          return { updates: [...(slept ? [] : [{ kind: 'accepted', ...names } as const]), ...(slept || isExit ? [{ kind: 'resumed', ...names } as const] : [])] }
        }
        case 'fill':
        case 'partial_fill': {
          const found = executionOf(update)
          if (found === undefined) return { updates: [], gap: 'a trade without its price or quantity' }
          return { updates: [{ kind: 'fill', execution: found.execution, ...(event === 'fill' && order.notional !== undefined && { complete: true }) }], ...(found.missed && { gap: `trades of order ${order.id} were not reported` }) }
        }
        case 'canceled':
        case 'expired': {
          // Told now, the trades that it counts would come to an order that has ended. The comparison tells them first.
          const { gap } = untold(order)
          return gap === undefined ? { updates: [{ kind: event, ...names }] } : { updates: [], gap }
        }
        case 'done_for_day':
        case 'suspended': return { updates: [{ kind: event, ...names }], ...untold(order) }
        case 'rejected': {
          if (order.replaces !== undefined) return { updates: [{ kind: 'replace_refused', clientOrderId: order.client_order_id, brokerOrderId: order.replaces, code: 'REPLACE_REJECTED', message }] }
          return { updates: [{ kind: 'rejected', ...names, code: 'REJECTED', message }], ...untold(order) }
        }
        case 'replaced': return replaced(order)
        case 'order_cancel_rejected': return { updates: [{ kind: 'cancel_refused', ...names, code: 'CANCEL_REJECTED', message }] }
        case 'order_replace_rejected': return { updates: [{ kind: 'replace_refused', ...names, code: 'REPLACE_REJECTED', message }] }
        case 'trade_bust':
        case 'trade_correct': return reversed(update)
        case 'pending_cancel':
        case 'pending_replace':
        case 'stopped':
        case 'calculated': return { updates: [], ...untold(order) }
        // `restated`, and whatever Alpaca adds: the books are read again.
        default: return { updates: [], gap: `the event ${event.slice(0, 40)} says that order ${order.id} changed` }
      }
    },
  }
}
