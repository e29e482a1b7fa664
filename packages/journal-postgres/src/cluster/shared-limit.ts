import { allow, type Clock, defineGuard, formatDecimal, type Guard, isDecimal, multiply, ONE, type OrderCandidate, parseDecimal, reject, SluiceError, type StoredEvent } from '@sluice/core'
import type { Connections } from '../connections.ts'

/** A limit that accounts share, whatever process owns them. */
export interface SharedLimitOptions {
  /** What is limited, for example `firm` or the name of a broker credential. Accounts with one scope share it. */
  readonly scope: string
  /** The most that may be sent, a decimal: money, units or orders. */
  readonly capacity: string
  /** What an order takes: its value (it then needs a limit price or an amount), its quantity, or one. Default `value`. */
  readonly unit?: 'value' | 'quantity' | 'orders'
  /** How long it holds before it begins anew, in ms of the server's clock; 0: never. Default a day. */
  readonly window?: number
  /** How much a process takes at once, a decimal; what it does not use is given back when it closes. Default a hundredth of the capacity. */
  readonly slice?: string
}

/** What one process has drawn of a shared limit and not used. */
export interface SharedLimit {
  readonly guard: Guard
  /** Learns what became of the orders. */
  observe(event: StoredEvent): void
  /** Gives back what was not used. */
  close(): Promise<void>
}

interface Drawn {
  readonly opened: string
  readonly rest: number
}

/** All or nothing: never SERIALIZABLE, one row, one statement. Executed twice it wastes a slice and never exceeds the limit. */
const DRAW = {
  name: 'draw',
  text: `WITH now AS (SELECT extract(epoch FROM clock_timestamp()) * 1000 AS ms),
    term AS (SELECT CASE WHEN $4::float8 = 0 THEN 0 ELSE floor(ms / $4::float8) END::bigint AS opened,
      CASE WHEN $4::float8 = 0 THEN 1e15 ELSE $4::float8 - (ms - floor(ms / $4::float8) * $4::float8) END::float8 AS rest FROM now),
    drawn AS (INSERT INTO budgets AS b (scope, opened, drawn) SELECT $1, opened, $2::numeric FROM term WHERE $2::numeric <= $3::numeric
      ON CONFLICT (scope, opened) DO UPDATE SET drawn = b.drawn + excluded.drawn WHERE b.drawn + excluded.drawn <= $3::numeric RETURNING b.opened)
    SELECT drawn.opened, term.rest FROM drawn, term`,
}
const RETURN = { name: 'return', text: 'UPDATE budgets SET drawn = drawn - $3::numeric WHERE scope = $1 AND opened = $2' }

const DAY = 86_400_000
/** An order that has not been heard of by then was never recorded, in ms: its deadline has passed long ago. */
const FORGOTTEN = 30_000

function amountOf({ quantity, limitPrice, terms }: OrderCandidate, unit: SharedLimitOptions['unit']): bigint | undefined {
  if (unit === 'orders') return ONE
  if (unit === 'quantity') return quantity
  if ('notional' in terms && terms.notional !== undefined) return parseDecimal(terms.notional)
  return limitPrice === undefined ? undefined : multiply(quantity, limitPrice, 'up')
}

export function createSharedLimit(connections: Connections, clock: Clock, options: SharedLimitOptions): SharedLimit {
  const { scope, capacity, unit = 'value', window = DAY } = options
  if (!isDecimal(capacity) || (options.slice !== undefined && !isDecimal(options.slice))) throw new SluiceError('CONFIGURATION_INVALID', `shared limit ${scope}: capacity and slice must be decimals`)
  const whole = parseDecimal(capacity)
  const slice = options.slice === undefined ? whole / 100n : parseDecimal(options.slice)
  const reserved = new Map<string, { readonly opened: string; readonly amount: bigint; isKept: boolean }>()
  let free = 0n
  let opened = ''
  let until = Number.NEGATIVE_INFINITY
  let drawing: Promise<unknown> = Promise.resolve()

  const draw = async (amount: bigint): Promise<boolean> => {
    const asked = clock.monotonic()
    const { rows: [row] } = await connections.run<Drawn & Record<string, unknown>>(DRAW, [scope, formatDecimal(amount), capacity, window], 2000)
    if (row === undefined) return false
    if (row.opened !== opened) free = 0n
    opened = row.opened
    until = asked + row.rest
    free += amount
    return true
  }

  /** One draw at a time, so that orders that arrive together share a slice. */
  const take = (orderId: string, amount: bigint): Promise<boolean> => {
    const taken = drawing.then(async () => {
      if (reserved.get(orderId)?.opened === opened && clock.monotonic() < until) return true
      if (clock.monotonic() >= until) free = 0n
      if (free < amount && !await draw(amount - free > slice ? amount - free : slice) && !await draw(amount - free)) return false
      free -= amount
      const entry = { opened, amount, isKept: false }
      reserved.set(orderId, entry)
      clock.setTimer(() => { if (!entry.isKept && reserved.get(orderId) === entry) giveBack(orderId) }, FORGOTTEN)
      return true
    })
    drawing = taken.catch(() => undefined)
    return taken
  }

  const giveBack = (orderId: string): void => {
    const entry = reserved.get(orderId)
    if (entry === undefined) return
    reserved.delete(orderId)
    if (entry.opened === opened) free += entry.amount
  }

  const name = `shared-${scope.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`
  const guard = defineGuard<SharedLimitOptions, undefined, { readonly amount: string; readonly granted: boolean } | null>({
    name, options,
    prepare: async (order) => {
      const amount = amountOf(order, unit)
      if (amount === undefined) return null
      // A preflight takes nothing; a replace takes its whole worth again, which errs on the safe side.
      const granted = order.orderId === 'preflight' ? amount <= whole : await take(order.kind === 'replace' ? `${order.orderId} ${formatDecimal(amount)}` : order.orderId, amount)
      return { amount: formatDecimal(amount), granted }
    },
    check: (_order, { facts }) => {
      if (facts === null) return reject('SHARED_LIMIT_NEEDS_PRICE', `${scope} limits the value of orders: give a limit price or an amount`)
      return facts.granted ? allow : reject('SHARED_LIMIT_EXCEEDED', `the limit that accounts share (${scope}) has not this much left`, { limit: capacity, observed: facts.amount })
    },
  })

  return {
    guard,
    observe: (event) => {
      if (!('orderId' in event.data) || event.data.orderId === undefined) return
      const entry = reserved.get(event.data.orderId)
      if (entry === undefined) return
      // What was certainly never sent is free again.
      if (event.type === 'order_denied') giveBack(event.data.orderId)
      else if (event.type === 'order_pending_new' || event.type === 'order_pending_approval') entry.isKept = true
      else if (event.type === 'order_filled' || event.type === 'order_canceled' || event.type === 'order_expired' || event.type === 'order_rejected') reserved.delete(event.data.orderId)
    },
    close: async () => {
      await drawing
      const rest = free
      free = 0n
      if (rest > 0n) await connections.run(RETURN, [scope, opened, formatDecimal(rest)], 1000).catch(() => undefined)
    },
  }
}
