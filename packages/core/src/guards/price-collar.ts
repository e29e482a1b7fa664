import { divide, formatDecimal, maximum, minimum, parseDecimal, type Units } from '../order/decimal.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { Mark } from '../risk/risk-view.ts'
import type { Control } from './control.ts'
import { challenge, type Decision, defineGuard, type Guard, reject, within } from './guard.ts'
import { bySymbol, invalidOption, type Limit, limitOption, optionalLimit } from './option.ts'

/** How far from the market an order may be priced. */
export interface PriceBand {
  /** How far beyond the middle of the market an order may pay, in percent of it. */
  readonly percent: string
  /** From how far on a human must approve, in percent. Default: never. */
  readonly challengePercent?: string
  /** How far away from the market a resting limit may wait, in percent. Default: any distance. */
  readonly passivePercent?: string
  /** How far away from the market a stop's trigger may wait, in percent. Default: any distance. */
  readonly triggerPercent?: string
}

export interface PriceCollarOptions extends PriceBand {
  /** Other bands for single symbols. */
  readonly symbols?: Readonly<Record<string, PriceBand>>
}

const control: Control = {
  prevents: 'An order at a price far from the market: a slipped digit, a swapped price and size, an empty book',
  sources: ['RTS 6 15(1)(a)', 'SEC 15c3-5 (c)(1)(ii)', 'FIA price tolerance'],
  codes: {
    PRICE_COLLAR_EXCEEDED: 'The price is too far from the market. Check it, or wait for a narrower market.',
    PRICE_COLLAR_APPROVAL: 'The price is unusually far from the market. A human must approve it.',
    STOP_THROUGH_MARKET: 'The stop lies on the wrong side of the market and would trigger at once. Check side and price.',
  },
  reducing: 'held',
  tightens: { percent: 'lower', challengePercent: 'lower', passivePercent: 'lower', triggerPercent: 'lower', symbols: 'symbols' },
}

interface Collar { readonly percent: Limit; readonly challenge: Limit | undefined; readonly passive: Limit | undefined; readonly trigger: Limit | undefined }

/** How far a price lies beyond a reference, in percent of it: above it for buys, below it for sells; negative on the passive side. */
function beyond(buying: boolean, price: Units, reference: Units): Units {
  const distance = buying ? price - reference : reference - price
  return divide(distance * 100n, reference, 'up')
}

/** Exits trade the other way than their entry. An OCO has no entry: it is itself one of two exits. */
const exitsBuy = ({ side, terms }: OrderCandidate): boolean => (terms.orderClass === 'oco') === (side === 'buy')

/** Every price the order may pay against what it is measured with: the market, or for a stop's limit its trigger. */
function distances(order: OrderCandidate, { bid, ask }: Mark): { readonly aggressive: Units; readonly passive: Units } {
  const buying = order.side === 'buy'
  const middle = (bid + ask) / 2n
  const { stopLoss, takeProfit } = order.terms
  // Without a limit it trades at the touch.
  const price = order.limitPrice ?? (buying ? ask : bid)
  let aggressive = beyond(buying, price, order.stopPrice ?? middle)
  let passive = order.stopPrice === undefined ? -aggressive : 0n
  if (stopLoss?.limitPrice !== undefined) aggressive = maximum(aggressive, beyond(exitsBuy(order), parseDecimal(stopLoss.limitPrice), parseDecimal(stopLoss.stopPrice)))
  if (takeProfit !== undefined) {
    const exit = beyond(exitsBuy(order), parseDecimal(takeProfit.limitPrice), middle)
    aggressive = maximum(aggressive, exit)
    passive = maximum(passive, -exit)
  }
  return { aggressive, passive }
}

/** A trigger, which way it trades, and the price beyond which it would trigger at once, where that is known. */
interface Trigger { readonly buying: boolean; readonly stop: Units; readonly edge: Units | undefined }

/** Where the market stands when an entry has traded: at its limit or trigger, or at the touch. A trail moves with the market. */
function priceOfEntry({ side, type, limitPrice, stopPrice }: OrderCandidate, { bid, ask }: Mark): Units | undefined {
  if (type === 'trailing_stop') return undefined
  const reached = stopPrice ?? (side === 'buy' ? ask : bid)
  const limit = limitPrice ?? reached
  return side === 'buy' ? minimum(limit, reached) : maximum(limit, reached)
}

/** The triggers of the order and of its exit. */
function triggersOf(order: OrderCandidate, mark: Mark): Trigger[] {
  const triggers: Trigger[] = []
  const { stopPrice, terms: { stopLoss, orderClass } } = order
  if (stopPrice !== undefined) {
    const buying = order.side === 'buy'
    triggers.push({ buying, stop: stopPrice, edge: buying ? mark.bid : mark.ask })
  }
  if (stopLoss === undefined) return triggers
  const buying = exitsBuy(order)
  const edge = orderClass === 'oco' ? (buying ? mark.bid : mark.ask) : priceOfEntry(order, mark)
  triggers.push({ buying, stop: parseDecimal(stopLoss.stopPrice), edge })
  return triggers
}

/** A stop with the market beyond it is a market order in disguise. */
const isThrough = ({ buying, stop, edge }: Trigger): boolean => edge !== undefined && (buying ? stop <= edge : stop >= edge)

/**
 * Price of an order against the middle of fresh bid and ask (RTS 6 article 15(1)(a)). An order without a limit is measured at the
 * price it would trade at now, so that a wide market refuses it; the limit of a stop order is measured against its trigger.
 */
export function priceCollar(options: PriceCollarOptions): Guard<PriceCollarOptions, undefined, undefined> {
  const read = ({ percent, challengePercent, passivePercent, triggerPercent }: PriceBand, path: string): Collar => {
    const collar = {
      percent: limitOption('priceCollar', `${path}percent`, percent),
      challenge: optionalLimit('priceCollar', `${path}challengePercent`, challengePercent),
      passive: optionalLimit('priceCollar', `${path}passivePercent`, passivePercent),
      trigger: optionalLimit('priceCollar', `${path}triggerPercent`, triggerPercent),
    }
    if (collar.challenge !== undefined && collar.challenge.units > collar.percent.units) throw invalidOption('priceCollar', `${path}challengePercent`, 'must not be above percent')
    return collar
  }
  const collarOf = bySymbol(read(options, ''), options.symbols, read)
  return defineGuard({
    name: 'price-collar',
    options,
    control,
    withOptions: priceCollar,
    check: (order, { view }): Decision => {
      const mark = view.mark(order.symbol)
      const collar = collarOf(order.symbol)
      const outside = (limit: Limit, distance: Units): Decision => reject('PRICE_COLLAR_EXCEEDED', `a price of the order is ${formatDecimal(distance)} % from the market, the limit is ${limit.text} %`, {
        limit: limit.text, observed: formatDecimal(distance),
      })
      const triggers = triggersOf(order, mark)
      const through = triggers.find(isThrough)
      if (through !== undefined) {
        return reject('STOP_THROUGH_MARKET', `a stop of ${order.symbol} would trigger at once`, { limit: formatDecimal(through.edge as Units), observed: formatDecimal(through.stop) })
      }
      const { aggressive, passive } = distances(order, mark)
      if (aggressive > collar.percent.units) return outside(collar.percent, aggressive)
      if (collar.passive !== undefined && passive > collar.passive.units) return outside(collar.passive, passive)
      const { trigger } = collar
      if (trigger !== undefined) {
        const middle = (mark.bid + mark.ask) / 2n
        const away = triggers.map(({ buying, stop }) => beyond(buying, stop, middle)).find((distance) => distance > trigger.units)
        if (away !== undefined) return outside(trigger, away)
      }
      if (collar.challenge !== undefined && aggressive >= collar.challenge.units) {
        const observed = formatDecimal(aggressive)
        return challenge('PRICE_COLLAR_APPROVAL', `a price of the order is ${observed} % from the market; from ${collar.challenge.text} % on it needs a code`, { limit: collar.challenge.text, observed })
      }
      return within(maximum(0n, aggressive), collar.percent.units, collar.percent.text)
    },
  })
}
