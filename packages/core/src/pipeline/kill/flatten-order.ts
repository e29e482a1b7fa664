import { absolute, formatDecimal, maximum, minimum, multiply, ONE, parseBrokerDecimal, type Units } from '../../order/decimal.ts'
import type { Denial } from '../../order/event.ts'
import type { OrderTerms } from '../../order/request.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { watch } from '../place/prepare.ts'

/** A position is closed in this many orders, as long as none is too large for a guard. */
const SLICES = 4n
/** How much further beyond the touch each unfilled order reaches than the one before it, and how far at most: 0.1 % and 2 %. */
const STEP = ONE / 1000n
const MOST_STEPS = 20n
const DEFAULT_TICK = ONE / 100n

/** How the closing of one position goes: what the next order tries. */
export interface Pace {
  /** Largest next order in units; undefined before the first. */
  size: Units | undefined
  /** Orders without a fill since the last one with. */
  unfilled: bigint
}

const positive = (text: string | undefined, otherwise: Units): Units => {
  const units = text === undefined ? undefined : parseBrokerDecimal(text)?.units
  return units === undefined || units <= 0n ? otherwise : units
}

function lotOf(link: BrokerLink, symbol: string): Units {
  return positive(link.instruments.get(symbol)?.lotSize, link.adapter.capabilities.fractional ? 1n : ONE)
}

/** The quantity of the next order: a slice in whole lots, the rest when that is less than a lot. */
function sliceOf(link: BrokerLink, symbol: string, position: Units, pace: Pace): Units {
  const held = absolute(position)
  const lot = lotOf(link, symbol)
  // Up to whole units where that changes little: a quarter of 10 shares is 3 of them, not 2.5.
  const step = held >= ONE ? maximum(lot, ONE) : lot
  pace.size ??= maximum(step, ((held + SLICES * step - 1n) / (SLICES * step)) * step)
  return minimum(held, pace.size)
}

/** A guard found the last order too large, or its price too far: the next one is smaller and back at the touch. */
export function easePace(link: BrokerLink, symbol: string, pace: Pace, denial: Denial): void {
  pace.unfilled = 0n
  if (denial.retryAfter !== undefined || pace.size === undefined) return
  const lot = lotOf(link, symbol)
  pace.size = maximum(lot, (pace.size / 2n / lot) * lot)
}

/** Prices to close with: fresh ones, asked for when none are known. undefined: none can be had. */
async function freshPrices(context: PipelineContext, link: BrokerLink, symbol: string): Promise<{ readonly bid: Units; readonly ask: Units } | undefined> {
  const { marketData } = link.adapter
  const fresh = (): { readonly bid: Units; readonly ask: Units } | undefined => {
    const mark = context.marks.get(link.name, symbol)
    return mark !== undefined && context.clock.monotonic() - mark.arrived <= context.timing.quoteMaximumAge / 2 ? mark : undefined
  }
  watch(context, link, symbol)
  if (marketData === undefined || fresh() !== undefined) return fresh()
  const abort = new AbortController()
  const timer = context.clock.setTimer(() => { abort.abort() }, context.timing.prepareTimeout)
  const late = new Promise<undefined>((resolve) => { abort.signal.addEventListener('abort', () => { resolve(undefined) }, { once: true }) })
  try {
    const quote = await Promise.race([marketData.quote(symbol, abort.signal), late])
    if (quote !== undefined) context.marks.update(link.name, quote, context.clock.monotonic())
  } catch {
    // Then there is none.
  } finally {
    timer.cancel()
  }
  return fresh()
}

/** The worst price the next order takes: the touch, and a little beyond it after each order that found nobody. */
function limitOf(link: BrokerLink, symbol: string, buying: boolean, prices: { readonly bid: Units; readonly ask: Units }, pace: Pace): Units {
  const tick = positive(link.instruments.get(symbol)?.tickSize, DEFAULT_TICK)
  const reach = STEP * minimum(pace.unfilled, MOST_STEPS)
  if (buying) {
    const price = prices.ask + multiply(prices.ask, reach, 'down')
    return ((price + tick - 1n) / tick) * tick
  }
  const price = prices.bid - multiply(prices.bid, reach, 'down')
  return maximum(tick, (price / tick) * tick)
}

/**
 * The next order that brings a position nearer to zero: a limit at the touch that takes what it finds, so that no collar is
 * crossed. A market order only where the broker quotes nothing at all. undefined: wait for a price.
 */
export async function nextTerms(context: PipelineContext, link: BrokerLink, symbol: string, position: () => Units, pace: Pace): Promise<OrderTerms | undefined> {
  const prices = await freshPrices(context, link, symbol)
  const held = position()
  if (held === 0n || (prices === undefined && link.adapter.marketData !== undefined)) return undefined
  const buying = held < 0n
  const { timesInForce, extendedHours: canExtend } = link.adapter.capabilities
  const phase = link.sessions.get(symbol)?.phase
  const extendedHours = canExtend && prices !== undefined && (phase === 'pre' || phase === 'post')
  const timeInForce = timesInForce.includes('ioc') && !extendedHours ? 'ioc' : 'day'
  const quantity = formatDecimal(sliceOf(link, symbol, held, pace))
  const common = { account: link.account, symbol, side: buying ? 'buy' : 'sell', quantity, timeInForce, extendedHours } as const
  if (prices === undefined) return { ...common, type: 'market' }
  return { ...common, type: 'limit', limitPrice: formatDecimal(limitOf(link, symbol, buying, prices, pace)) }
}
