import type { EventOf, Position } from '@sluice/core'

/**
 * The positions after one changed. What depends on prices (profit, what orders may still do) is not in the event: an
 * unrealised profit that no longer fits the quantity is left out until the server says it anew.
 */
export function applyPosition(positions: readonly Position[], event: EventOf<'position_changed'>): readonly Position[] {
  const { broker, symbol, quantity, averagePrice } = event.data
  const { account } = event
  const index = positions.findIndex((position) => position.account === account && position.broker === broker && position.symbol === symbol)
  const before = positions[index]
  if (before === undefined) {
    return [...positions, { account, broker, symbol, quantity, averagePrice, workingBuy: '0', workingSell: '0', realisedProfit: '0' }]
  }
  if (before.quantity === quantity && before.averagePrice === averagePrice) return positions
  const { unrealisedProfit: _outdated, ...rest } = before
  return positions.with(index, { ...rest, quantity, averagePrice })
}
