import { maximum, parseSigned, type Units } from '../order/decimal.ts'
import type { EventOf, Execution, StoredEvent } from '../order/event.ts'
import { LEG_ROLES, type Side } from '../order/request.ts'
import { legIdOf } from '../order/order.ts'
import { heldByGroup, type LegGroup, newGroup } from './leg-group.ts'
import { signOf } from './order-candidate.ts'
import { exposureOf, leavesOfExposure, type OrderExposure, termsOf } from './order-exposure.ts'
import { symbolKey } from './pair-name.ts'
import { fillPosition, FLAT, type PositionBook, rollPosition, statePosition } from './position-book.ts'

/** A symbol at one broker: what is held, and what unfinished orders may add on each side. */
interface SymbolExposure {
  readonly position: PositionBook
  readonly workingBuy: Units
  readonly workingSell: Units
}

interface LedgerEntry extends SymbolExposure {
  readonly broker: string
  readonly symbol: string
}

/** The trading session that profits count from. */
interface LedgerSession {
  readonly id: string
  readonly equity: Units | undefined
}

/**
 * What an account owns and what its unfinished orders could still do: pending, working and unknown ones alike. A fold of the
 * account's events. A reservation ends only by a fact from the broker or by proven absence, never by a timeout.
 */
export interface Ledger {
  /** Applies one event of the account: in sequence, each once. */
  apply(event: StoredEvent): void
  /** One symbol at one broker, without the reservation of `exceptOrder`. */
  exposure(broker: string, symbol: string, exceptOrder?: string): SymbolExposure
  /** Everything that was ever touched. */
  entries(): IterableIterator<LedgerEntry>
  order(orderId: string): OrderExposure | undefined
  /** Whether a trade of the order could be taken back without being told what the order held. */
  remembers(orderId: string): boolean
  orders(): IterableIterator<OrderExposure>
  readonly openOrders: number
  readonly session: LedgerSession | undefined
  /** All of it, for a snapshot: `createLedger` goes on from there. Not a copy. */
  readonly state: LedgerState
}

/** Everything a ledger remembers. */
export interface LedgerState {
  readonly entries: Map<string, Mutable<LedgerEntry>>
  readonly orders: Map<string, OrderExposure>
  readonly complete: Map<string, OrderExposure>
  /** By the id of the order whose exits they are. */
  readonly groups: Map<string, LegGroup>
  session: LedgerSession | undefined
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

/** Filled orders that are remembered, so that a bust or correction of a trade lets them hold again what may trade again. */
const REMEMBERED = 4096

export function createLedger(state: LedgerState = { entries: new Map(), orders: new Map(), complete: new Map(), groups: new Map(), session: undefined }): Ledger {
  const { entries, orders, complete, groups } = state
  // Goes on where it was: a new one would pass over the places of all that have been deleted.
  const oldest = complete.keys()

  // One event after another is about the same symbol.
  let latest: Mutable<LedgerEntry> | undefined

  const entryOf = (broker: string, symbol: string): Mutable<LedgerEntry> => {
    if (latest?.symbol === symbol && latest.broker === broker) return latest
    const key = symbolKey(broker, symbol)
    let entry = entries.get(key)
    if (entry === undefined) {
      entry = { broker, symbol, position: FLAT, workingBuy: 0n, workingSell: 0n }
      entries.set(key, entry)
    }
    latest = entry
    return entry
  }

  const addTo = (broker: string, symbol: string, side: Side, quantity: Units): void => {
    const entry = entryOf(broker, symbol)
    if (side === 'buy') entry.workingBuy += quantity
    else entry.workingSell += quantity
  }

  const addWorking = (order: OrderExposure, sign: 1n | -1n): void => {
    if (order.parent === undefined) addTo(order.broker, order.symbol, order.side, sign * leavesOfExposure(order))
  }

  /** What the exits of an order may do together, after any of them changed. */
  const regroup = (parentId: string): void => {
    if (groups.size === 0) return
    const group = groups.get(parentId)
    if (group === undefined) return
    const parent = orders.get(parentId)
    const legs = LEG_ROLES.flatMap((role) => orders.get(legIdOf(parentId, role)) ?? [])
    const largest = legs.reduce((most, leg) => maximum(most, leavesOfExposure(leg)), 0n)
    const held = heldByGroup(group, parent === undefined ? 0n : leavesOfExposure(parent), largest)
    const side = legs[0]?.side ?? group.side
    addTo(group.broker, group.symbol, group.side, -group.held)
    addTo(group.broker, group.symbol, side, held)
    Object.assign(group, { held, side, bound: group.bound || legs.length > 0 })
    // A filled entry keeps its group until its exits have come and gone.
    if (parent === undefined && legs.length === 0 && (group.bound || group.filled === 0n)) groups.delete(parentId)
  }

  /** The one place where reservations change, so that the sums cannot drift from the orders. */
  const hold = (orderId: string, next: OrderExposure | undefined): void => {
    const before = orders.get(orderId)
    if (before !== undefined) addWorking(before, -1n)
    if (next === undefined) orders.delete(orderId)
    else {
      orders.set(orderId, next)
      addWorking(next, 1n)
      // An exit that is heard of when its group has ended: whatever the entry traded, it may trade all of itself, as one of an OCO may.
      if (next.parent !== undefined && !groups.has(next.parent)) groups.set(next.parent, newGroup(next.broker, { symbol: next.symbol, side: next.side, orderClass: 'oco' }))
    }
    regroup((next ?? before)?.parent ?? orderId)
  }

  /** The order has ended by a word of ours or of the broker, and no bust brings it back. */
  const end = (orderId: string): void => {
    hold(orderId, undefined)
    complete.delete(orderId)
  }

  /** An order with nothing left to trade holds nothing. */
  const amend = (orderId: string, change: (order: OrderExposure) => OrderExposure): void => {
    const order = orders.get(orderId) ?? complete.get(orderId)
    if (order === undefined) return
    const next = change(order)
    if (next.byMoney || leavesOfExposure(next) > 0n) {
      complete.delete(orderId)
      hold(orderId, next)
      return
    }
    hold(orderId, undefined)
    complete.set(orderId, next)
    if (complete.size > REMEMBERED) complete.delete(oldest.next().value as string)
  }

  const trade = (execution: Execution, sign: 1n | -1n): Units => {
    const entry = entryOf(execution.broker, execution.symbol)
    const quantity = sign * parseSigned(execution.lastQuantity)
    entry.position = fillPosition(entry.position, signOf(execution.side) * quantity, parseSigned(execution.lastPrice))
    return quantity
  }

  const addFilled = (orderId: string, quantity: Units): void => {
    if (groups.size > 0) {
      const parent = (orders.get(orderId) ?? complete.get(orderId))?.parent
      const group = groups.get(parent ?? orderId)
      if (group !== undefined && parent === undefined) group.filled += quantity
      else if (group !== undefined) group.exited += quantity
    }
    amendFilled(orderId, quantity)
  }

  /** A filled order that was forgotten, and of which a trade is taken back: it may trade that again. */
  const recallFilled = (orderId: string, { broker, symbol, side }: Execution, held: EventOf<'execution_busted'>['data']['holds']): void => {
    if (held === undefined || orders.has(orderId) || complete.has(orderId)) return
    const { reservation, filledQuantity, parent } = held
    complete.set(orderId, { broker, symbol, side, ...termsOf(reservation), filled: parseSigned(filledQuantity), pending: undefined, byMoney: false, ...(parent !== undefined && { parent }) })
  }

  const amendFilled = (orderId: string, quantity: Units): void => { amend(orderId, (order) => ({ ...order, filled: order.filled + quantity })) }

  const replaced = ({ orderId, changes }: EventOf<'order_replaced'>['data']): void => {
    amend(orderId, (order) => {
      const quantity = changes.quantity === undefined ? (order.pending ?? order).quantity : parseSigned(changes.quantity)
      // Nobody here asked for it: the worse price may be either.
      const price = order.pending?.price ?? maximum(order.price, parseSigned(changes.limitPrice ?? '0'))
      // What has ended stays as it ended: new terms must not bring it back.
      const revives = !orders.has(orderId) && quantity > order.filled
      return revives ? { ...order, pending: undefined } : { ...order, quantity, price, pending: undefined }
    })
  }

  const apply = (event: StoredEvent): void => {
    switch (event.type) {
      case 'order_pending_approval':
      case 'order_pending_new': {
        const { intent, orderId } = event.data
        if (intent.terms.orderClass !== undefined) groups.set(orderId, newGroup(intent.broker, intent.terms))
        hold(orderId, exposureOf(intent))
        return
      }
      case 'order_partially_filled':
        addFilled(event.data.orderId, trade(event.data.execution, 1n))
        return
      case 'order_filled':
        // Whether the quantity is used up shows by the sum; how much money bought, only by this word.
        addFilled(event.data.orderId, trade(event.data.execution, 1n))
        if (orders.get(event.data.orderId)?.byMoney === true) end(event.data.orderId)
        return
      case 'order_denied':
      case 'order_rejected':
      case 'order_canceled':
      case 'order_expired':
        end(event.data.orderId)
        return
      case 'order_pending_replace': {
        const pending = termsOf(event.data.reservation)
        amend(event.data.orderId, (order) => ({ ...order, pending }))
        return
      }
      case 'order_replaced':
        replaced(event.data)
        return
      case 'order_replace_refused':
        amend(event.data.orderId, (order) => ({ ...order, pending: undefined }))
        return
      case 'execution_busted':
        recallFilled(event.data.orderId, event.data.execution, event.data.holds)
        addFilled(event.data.orderId, trade(event.data.execution, -1n))
        return
      case 'execution_corrected':
        recallFilled(event.data.orderId, event.data.previous, event.data.holds)
        addFilled(event.data.orderId, trade(event.data.previous, -1n) + trade(event.data.execution, 1n))
        return
      case 'position_changed': {
        if (event.data.source === 'fill') return
        const entry = entryOf(event.data.broker, event.data.symbol)
        entry.position = statePosition(entry.position, parseSigned(event.data.quantity), parseSigned(event.data.averagePrice))
        return
      }
      case 'session_rolled': {
        const { marks, equity } = event.data
        state.session = { id: event.data.session, equity: equity === undefined ? undefined : parseSigned(equity) }
        for (const entry of entries.values()) {
          const mark = marks[entry.broker]?.[entry.symbol]
          entry.position = rollPosition(entry.position, mark === undefined ? entry.position.averagePrice : parseSigned(mark))
        }
        return
      }
      case 'order_accepted': {
        const { orderId, intent, again } = event.data
        if (intent === undefined) return
        if (again === true && intent.terms.orderClass !== undefined && !groups.has(orderId)) groups.set(orderId, newGroup(intent.broker, intent.terms))
        hold(orderId, exposureOf(intent))
        return
      }
      case 'order_pending_cancel':
      case 'order_cancel_refused':
      case 'order_suspended':
      case 'order_unknown':
      case 'order_replace_denied':
      case 'limit_warning':
      case 'kill_switch_changed':
      case 'approval_checked':
      case 'anomaly_detected':
      case 'limits_changed':
      case 'guard_noted':
    }
  }

  return {
    apply,
    exposure: (broker, symbol, exceptOrder) => {
      const entry = latest?.symbol === symbol && latest.broker === broker ? latest : entries.get(symbolKey(broker, symbol))
      if (entry === undefined) return { position: FLAT, workingBuy: 0n, workingSell: 0n }
      const own = exceptOrder === undefined ? undefined : orders.get(exceptOrder)
      if (own === undefined || own.parent !== undefined || own.symbol !== symbol || own.broker !== broker) return entry
      const leaves = leavesOfExposure(own)
      return own.side === 'buy'
        ? { position: entry.position, workingBuy: entry.workingBuy - leaves, workingSell: entry.workingSell }
        : { position: entry.position, workingBuy: entry.workingBuy, workingSell: entry.workingSell - leaves }
    },
    entries: () => entries.values(),
    order: (orderId) => orders.get(orderId),
    remembers: (orderId) => orders.has(orderId) || complete.has(orderId),
    orders: () => orders.values(),
    get openOrders() { return orders.size },
    get session() { return state.session },
    state,
  }
}
