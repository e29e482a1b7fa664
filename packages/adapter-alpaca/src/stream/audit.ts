import type { Clock, Timer } from '@sluice/core'
import { parseDecimal } from '@sluice/core'
import type { OrderMemory } from '../orders/order-memory.ts'
import type { RestClient } from '../rest/rest-client.ts'
import type { UpdateMapper } from './map-update.ts'

export interface AuditOptions {
  readonly clock: Clock
  readonly rest: RestClient
  readonly memory: OrderMemory
  readonly mapper: UpdateMapper
  /** In ms. */
  readonly interval: number
  readonly isReady: () => boolean
  readonly declareGap: (reason: string) => void
}

/** What was listed may have changed since, and its frame be on its way. */
const GRACE = 2000

/** A stream can be up and mute. Now and then the open orders are read and held against what it told. */
export function startAudit({ clock, declareGap, interval, isReady, mapper, memory, rest }: AuditOptions): { stop(): void } {
  let timer: Timer | undefined
  let stopped = false

  const look = async (): Promise<string | undefined> => {
    const open = memory.open().map(({ id }) => id)
    if (open.length === 0) return undefined
    const listed = await rest.openOrders(undefined)
    // A page that is full does not show what is missing.
    if (listed.kind !== 'answer' || listed.value.length >= 500) return undefined
    await new Promise<void>((resolve) => { clock.setTimer(resolve, GRACE, true) })
    const ids = new Set(listed.value.map(({ id }) => id))
    const still = new Set(memory.open().map(({ id }) => id))
    const gone = open.find((id) => !ids.has(id) && still.has(id))
    if (gone !== undefined) return `order ${gone} is no longer open and nothing was heard of it`
    const traded = listed.value.find(({ id, filled_qty = '0' }) => parseDecimal(filled_qty) > parseDecimal(mapper.toldOf(id)))
    return traded === undefined ? undefined : `order ${traded.id} has traded and nothing was heard of it`
  }
  const next = (): void => {
    timer = clock.setTimer(() => {
      if (!isReady()) { next(); return }
      look().then((reason) => { if (reason !== undefined && !stopped && isReady()) declareGap(reason) }, () => undefined).finally(() => { if (!stopped) next() })
    }, interval)
  }
  next()
  return {
    stop: () => {
      stopped = true
      timer?.cancel()
    },
  }
}
