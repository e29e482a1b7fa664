import type { trading } from '@alpacahq/alpaca-trade-api/rest'
import type { ApprovedOrder, ReplaceRequest } from '@sluice/core'

/** An order as Alpaca takes it. Every number is the decimal string that the guards saw. */
export function toPostOrder({ clientOrderId, terms }: ApprovedOrder): trading.PostOrderRequest {
  const { orderClass, stopLoss, takeProfit } = terms
  // The limit of an OCO is its profit-taking exit.
  const limitPrice = orderClass === 'oco' ? undefined : terms.limitPrice
  return {
    clientOrderId, symbol: terms.symbol, side: terms.side === 'buy' ? 'buy' : 'sell', type: terms.type, timeInForce: terms.timeInForce as trading.TimeInForce,
    ...(terms.quantity !== undefined && { qty: terms.quantity }),
    ...(terms.notional !== undefined && { notional: terms.notional }),
    ...(limitPrice !== undefined && { limitPrice }),
    ...(terms.stopPrice !== undefined && { stopPrice: terms.stopPrice }),
    ...(terms.trailAmount !== undefined && { trailPrice: terms.trailAmount }),
    ...(terms.trailPercent !== undefined && { trailPercent: terms.trailPercent }),
    ...(terms.extendedHours && { extendedHours: true }),
    ...(orderClass !== undefined && { orderClass }),
    ...(takeProfit !== undefined && { takeProfit: { limitPrice: takeProfit.limitPrice } }),
    ...(stopLoss !== undefined && { stopLoss: { stopPrice: stopLoss.stopPrice, ...(stopLoss.limitPrice !== undefined && { limitPrice: stopLoss.limitPrice }) } }),
  }
}

/** The changes of a replace as Alpaca takes them. */
export function toPatchOrder(clientOrderId: string, changes: ReplaceRequest): trading.PatchOrderRequest {
  const trail = changes.trailAmount ?? changes.trailPercent
  return {
    clientOrderId,
    ...(changes.quantity !== undefined && { qty: changes.quantity }),
    ...(changes.limitPrice !== undefined && { limitPrice: changes.limitPrice }),
    ...(changes.stopPrice !== undefined && { stopPrice: changes.stopPrice }),
    ...(trail !== undefined && { trail }),
    ...(changes.timeInForce !== undefined && { timeInForce: changes.timeInForce as trading.TimeInForce }),
  }
}
