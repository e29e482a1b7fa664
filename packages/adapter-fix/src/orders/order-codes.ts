import type { BrokerOrderStatus, OrderType, Side, TimeInForce } from '@sluice/core'

export const SIDE_CODES: Readonly<Record<Side, string>> = { buy: '1', sell: '2', sell_short: '5' }
/** Types that need nothing but their prices. */
export const TYPE_CODES: Readonly<Partial<Record<OrderType, string>>> = { market: '1', limit: '2', stop: '3', stop_limit: '4' }
export const TIME_CODES: Readonly<Record<TimeInForce, string>> = { day: '0', gtc: '1', opg: '2', ioc: '3', fok: '4', gtd: '6', cls: '7' }

function reversed<Key extends string>(codes: Readonly<Partial<Record<Key, string>>>): ReadonlyMap<string, Key> {
  return new Map((Object.entries(codes) as [Key, string][]).map(([key, code]) => [code, key]))
}

const SIDES = reversed(SIDE_CODES)
const TYPES = new Map([...reversed(TYPE_CODES), ['P', 'trailing_stop' as const]])
const TIMES = reversed(TIME_CODES)

export function sideOf(code: string | undefined): Side | undefined {
  return SIDES.get(code ?? '')
}

export function typeOf(code: string | undefined): OrderType | undefined {
  return TYPES.get(code ?? '')
}

export function timeInForceOf(code: string | undefined): TimeInForce | undefined {
  return TIMES.get(code ?? '')
}

/** OrdStatus 39. A replaced (5), stopped (7) or calculated (B) order is what its quantities say. */
export function statusOf(code: string, filled: bigint, leaves: bigint): BrokerOrderStatus {
  switch (code) {
    case '3': return 'done_for_day'
    case '4': return 'canceled'
    case '6': return 'pending_cancel'
    case '8': return 'rejected'
    case '9': return 'suspended'
    case 'A': return 'pending_new'
    case 'C': return 'expired'
    case 'E': return 'pending_replace'
    case '2': return 'filled'
    default:
      if (filled > 0n && leaves === 0n) return 'filled'
      return filled > 0n ? 'partially_filled' : 'new'
  }
}

const FINISHED: ReadonlySet<BrokerOrderStatus> = new Set(['filled', 'canceled', 'rejected', 'expired'])

export function isFinishedStatus(status: BrokerOrderStatus): boolean {
  return FINISHED.has(status)
}
