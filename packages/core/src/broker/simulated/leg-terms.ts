import type { LegRole, OrderTerms, Side } from '../../order/request.ts'

/** The exits that an order asks for. Of an OCO the order is itself the one that takes profit. */
export function legTermsOf(terms: OrderTerms): readonly (readonly [role: LegRole, terms: OrderTerms])[] {
  const { orderClass, takeProfit, stopLoss, account, strategy, symbol, quantity = '0', timeInForce, expireAt, extendedHours } = terms
  if (orderClass === undefined) return []
  const exit: Side = terms.side === 'buy' ? 'sell' : 'buy'
  const side = orderClass === 'oco' ? terms.side : exit
  const common = {
    account, ...(strategy !== undefined && { strategy }), symbol, side, quantity, timeInForce, ...(expireAt !== undefined && { expireAt }), extendedHours,
  }
  const legs: (readonly [LegRole, OrderTerms])[] = []
  if (takeProfit !== undefined && orderClass !== 'oco') legs.push(['take_profit', { ...common, type: 'limit', limitPrice: takeProfit.limitPrice }])
  if (stopLoss !== undefined) legs.push(['stop_loss', { ...common, type: stopLoss.limitPrice === undefined ? 'stop' : 'stop_limit', ...stopLoss }])
  return legs
}
