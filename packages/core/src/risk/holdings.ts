import type { Ledger } from './ledger.ts'
import type { Holding } from './risk-view.ts'

/** What the account holds and works, by symbol over all brokers; without what is flat and idle. */
export function holdingsOf(ledger: Ledger): readonly Holding[] {
  const found = new Map<string, Holding>()
  for (const { symbol, position: { quantity }, workingBuy, workingSell } of ledger.entries()) {
    if (quantity === 0n && workingBuy === 0n && workingSell === 0n) continue
    const other = found.get(symbol) ?? { symbol, position: 0n, workingBuy: 0n, workingSell: 0n }
    found.set(symbol, { symbol, position: other.position + quantity, workingBuy: other.workingBuy + workingBuy, workingSell: other.workingSell + workingSell })
  }
  return [...found.values()]
}
