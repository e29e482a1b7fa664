import { maximum, type Units } from '../../order/decimal.ts'
import { applyChanges } from '../../order/reduce.ts'
import type { OrderTerms } from '../../order/request.ts'
import { createNoise, hashText } from '../../runtime/random.ts'
import type { ApprovedOrder, ApprovedReplacement } from '../approved-order.ts'
import type { CancelCommand, CommandOutcome, SubmitOutcome } from '../broker-adapter.ts'
import { isImmediate } from './execution-rules.ts'
import type { MatchingEngine, MatchingOptions } from './matching-engine.ts'
import { buyingPower, checkTerms, type Refusal, refuse } from './order-rules.ts'
import { legTermsOf } from './leg-terms.ts'
import { directionOf, expiryOf, isTrailing, numbersOf, type OrderExposure, type SimulatedOrder, toBrokerOrder, unitsFor } from './simulated-order.ts'

/** A trail that stays keeps where it stands; another begins anew at the market. */
const hasSameTrail = (before: OrderTerms, after: OrderTerms): boolean => before.trailAmount === after.trailAmount && before.trailPercent === after.trailPercent

/** Takes requests as they arrive: checks them against the rules and the account, books them and answers. Synchronous. */
export interface OrderDesk {
  place(order: ApprovedOrder): SubmitOutcome
  cancel(command: CancelCommand): CommandOutcome
  replace(command: ApprovedReplacement): SubmitOutcome
}

export function createOrderDesk({ book, market, settings, emit }: MatchingOptions, engine: MatchingEngine): OrderDesk {
  const rejects = createNoise(settings.seed, 'rejects')

  const find = (command: { readonly brokerOrderId: string | undefined; readonly originalClientOrderId: string }): SimulatedOrder | Refusal => {
    const { brokerOrderId, originalClientOrderId } = command
    const order = (brokerOrderId === undefined ? undefined : book.orders.byBrokerOrderId(brokerOrderId)) ?? book.orders.byClientOrderId(originalClientOrderId)
    if (order === undefined) return refuse('ORDER_NOT_FOUND', `no order ${brokerOrderId ?? originalClientOrderId}`)
    return order.status === 'working' || order.status === 'held' ? order : refuse('ORDER_FINISHED', `the order is ${order.status}`)
  }
  /** What an order of these terms binds of the account, or why the account cannot bear it. */
  const weigh = (terms: OrderTerms, filled: Units): OrderExposure | Refusal => {
    const { limit, stop, quantity, money } = numbersOf(terms)
    const prices = market.prices(terms.symbol, book.time())
    if (prices === undefined) return refuse('NO_QUOTE', `no price of ${terms.symbol}`)
    const heldPrice = limit ?? (stop === undefined ? prices.ask : maximum(stop, prices.ask))
    const leaves = money === undefined ? quantity - filled : unitsFor(money, heldPrice, 1n)
    const opening = book.commitments.opening(terms.symbol, directionOf({ terms }), leaves, book.holdings.holding(terms.symbol).quantity)
    if (opening > 0n && terms.side === 'sell' && !settings.shortSelling) return refuse('INSUFFICIENT_POSITION', 'the order would sell more than is held')
    const power = buyingPower({ cash: book.holdings.cash(), ...book.holdings.cost(), held: book.commitments.held() }, settings.leverage)
    if (opening > 0n && opening * heldPrice > power) return refuse('INSUFFICIENT_BUYING_POWER', 'the account cannot pay for the order')
    return { opening, heldPrice }
  }
  const rejectAtRandom = (clientOrderId: string): Refusal | undefined =>
    (settings.rejects > 0 && rejects(hashText(clientOrderId)) < settings.rejects ? refuse('SIMULATED_REJECT', 'rejected at random, as configured') : undefined)

  const reweigh = (order: SimulatedOrder, terms: OrderTerms): OrderExposure | Refusal => {
    book.commitments.release(order)
    const exposure = weigh(terms, order.filled)
    book.commitments.hold(order)
    return exposure
  }
  /** The sizes of a group go together, and what waits for its entry is changed once it works. */
  const checkInGroup = (order: SimulatedOrder, terms: OrderTerms): Refusal | undefined => {
    if (order.leg === undefined && order.terms.orderClass === undefined) return undefined
    if (order.status === 'held') return refuse('ORDER_HELD', 'the exit waits for its entry')
    return terms.quantity === order.terms.quantity ? undefined : refuse('QUANTITY_INVALID', 'the quantity of a group cannot be changed')
  }
  const checkReplacement = (order: SimulatedOrder, terms: OrderTerms): Refusal | undefined => {
    const { timeInForce, stopPrice } = order.terms
    if (terms.notional !== undefined) return refuse('NOTIONAL_UNSUPPORTED', 'an order by money cannot be changed')
    if (terms.timeInForce !== timeInForce && (terms.timeInForce === 'gtd' || isImmediate({ ...order, terms }))) {
      return refuse('TIME_IN_FORCE_UNSUPPORTED', `a replace cannot make an order ${terms.timeInForce}`)
    }
    if ((terms.stopPrice !== stopPrice || !hasSameTrail(order.terms, terms)) && order.triggered) return refuse('ORDER_TRIGGERED', 'the stop price was reached already')
    if (numbersOf(terms).quantity <= order.filled) return refuse('QUANTITY_INVALID', 'the new quantity must be above what has been filled')
    return checkTerms(terms, book.time(), settings)
  }

  return {
    place: ({ clientOrderId, terms }) => {
      if (book.orders.byClientOrderId(clientOrderId) !== undefined) return { kind: 'duplicate' }
      const refusal = checkTerms(terms, book.time(), settings) ?? rejectAtRandom(clientOrderId)
      if (refusal !== undefined) return refusal
      const exposure = weigh(terms, 0n)
      if ('kind' in exposure) return exposure
      const order = book.add(clientOrderId, terms, exposure)
      emit({ kind: 'accepted', clientOrderId, brokerOrderId: order.brokerOrderId })
      const legs = legTermsOf(terms).map(([role, leg]) => book.addLeg(order, role, leg, terms.orderClass === 'oco' ? 'working' : 'held'))
      for (const leg of legs) emit({ kind: 'leg', order: toBrokerOrder(leg) })
      engine.enter(order)
      for (const leg of legs) if (leg.status === 'working' && terms.orderClass === 'oco') engine.enter(leg)
      return { kind: 'accepted', brokerOrderId: order.brokerOrderId }
    },
    cancel: (command) => {
      const order = find(command)
      if ('kind' in order) return order
      engine.end(order, 'canceled')
      return { kind: 'accepted' }
    },
    replace: ({ clientOrderId, changes, ...command }) => {
      if (book.orders.byClientOrderId(clientOrderId) !== undefined) return { kind: 'duplicate' }
      const order = find(command)
      if ('kind' in order) return order
      const terms = applyChanges(order.terms, changes)
      const refusal = checkInGroup(order, terms) ?? checkReplacement(order, terms)
      if (refusal !== undefined) return refusal
      const exposure = reweigh(order, terms)
      if ('kind' in exposure) return exposure
      const originalClientOrderId = order.clientOrderIds.at(-1) ?? command.originalClientOrderId
      book.change(order, () => {
        const expiresAt = expiryOf(terms, book.time())
        Object.assign(order, { terms, exposure, expiresAt, clientOrderIds: [...order.clientOrderIds, clientOrderId], ...numbersOf(terms), ...(isTrailing(order) && hasSameTrail(order.terms, terms) && { stop: order.stop }) })
      })
      emit({ kind: 'replaced', clientOrderId, brokerOrderId: order.brokerOrderId, originalClientOrderId, changes })
      engine.enter(order)
      return { kind: 'accepted', brokerOrderId: order.brokerOrderId }
    },
  }
}
