import { type Clock, parseDecimal, type Timer } from '@sluice/core'
import { isFinishedStatus } from '../orders/map-broker-order.ts'
import type { OrderMemory } from '../orders/order-memory.ts'
import { ORDER_PAGE, type RestClient } from '../rest/rest-client.ts'
import type { WireOrder } from '../rest/wire.ts'
import type { UpdateMapper } from './map-update.ts'
import type { ToldOrders } from './told-orders.ts'

export interface AuditOptions {
  readonly clock: Clock
  readonly rest: RestClient
  readonly memory: OrderMemory
  readonly mapper: UpdateMapper
  readonly told: ToldOrders
  /** In ms. */
  readonly interval: number
  readonly isReady: () => boolean
  readonly declareGap: (reason: string) => void
}

/** What was read may have changed since, and its frame be on its way. */
const GRACE = 2000
/** A market order ends at once where there is a market. One that has not after so long is asked about, not waited for. */
const MARKET_PATIENCE = 5000

/** A stream can be up and mute. Now and then the open orders are read and held against what it told; market orders sooner, and one by one. */
export function startAudit({ clock, declareGap, interval, isReady, mapper, memory, rest, told }: AuditOptions): { stop(): void } {
  const timers = new Set<Timer>()
  const watched = new Set<string>()
  let stopped = false

  const later = (delay: number, work: () => void): void => {
    const timer = clock.setTimer(() => { timers.delete(timer); work() }, delay)
    timers.add(timer)
  }
  const grace = (): Promise<void> => new Promise((resolve) => { clock.setTimer(resolve, GRACE, true) })
  const report = (reason: string | undefined): void => { if (reason !== undefined && !stopped && isReady()) declareGap(reason) }
  const tradedUnheard = ({ id, filled_qty = '0' }: WireOrder): boolean => parseDecimal(filled_qty) > parseDecimal(mapper.toldOf(id))

  /** Shows less than was told before it was read. Said once for each quantity: a record that only lags must not hold trading up again and again. */
  const undone = new Map<string, string>()
  const isUndone = ({ id, filled_qty = '0' }: WireOrder, toldBefore: string): boolean => {
    if (parseDecimal(filled_qty) >= parseDecimal(toldBefore) || undone.get(id) === filled_qty) return false
    undone.set(id, filled_qty)
    return true
  }

  const look = async (): Promise<string | undefined> => {
    const open = told.all()
    if (open.length === 0) return undefined
    const before = new Map(open.map((id) => [id, mapper.toldOf(id)]))
    const listed = await rest.openOrders(undefined)
    // A page that is full does not show what is missing.
    if (listed.kind !== 'answer' || listed.value.length >= ORDER_PAGE) return undefined
    await grace()
    const ids = new Set(listed.value.map(({ id }) => id))
    const still = new Set(told.all())
    const gone = open.find((id) => !ids.has(id) && still.has(id))
    // Without a stream everything is compared anyway, as soon as it is back.
    if (!isReady()) return undefined
    // Said once: what the service then finds is its answer.
    for (const id of open) if (!ids.has(id)) told.ended(id)
    if (gone !== undefined) return `order ${gone} is no longer open and nothing was heard of it`
    const traded = listed.value.find(tradedUnheard)
    if (traded !== undefined) return `order ${traded.id} has traded and nothing was heard of it`
    const undone = listed.value.find((order) => isUndone(order, before.get(order.id) ?? '0'))
    return undone === undefined ? undefined : `a trade of order ${undone.id} was taken back and nothing was heard of it`
  }
  const isOpen = (id: string): boolean => memory.byId(id) !== undefined && !isFinishedStatus(memory.byId(id)?.status ?? '')
  const ask = async (id: string): Promise<string | undefined> => {
    if (!isReady() || !isOpen(id)) return undefined
    const answer = await rest.orderById(id)
    if (answer.kind !== 'answer' || (!isFinishedStatus(answer.value.status) && !tradedUnheard(answer.value))) return undefined
    await grace()
    const isUnheard = isFinishedStatus(answer.value.status) ? isOpen(id) : tradedUnheard(answer.value)
    return isUnheard ? `market order ${id} is ${answer.value.status} and nothing was heard of it` : undefined
  }
  const forget = memory.onChange(({ id, status, type }) => {
    if (isFinishedStatus(status)) {
      watched.delete(id)
      undone.delete(id)
      return
    }
    if (type !== 'market' || watched.has(id)) return
    watched.add(id)
    later(MARKET_PATIENCE, () => { ask(id).then(report, () => undefined) })
  })
  const next = (): void => {
    later(interval, () => {
      if (!isReady()) { next(); return }
      look().then(report, () => undefined).finally(() => { if (!stopped) next() })
    })
  }
  next()
  return {
    stop: () => {
      stopped = true
      forget()
      for (const timer of timers) timer.cancel()
    },
  }
}
