import type { BrokerSnapshot } from '../broker/broker-adapter.ts'
import { formatDecimal } from '../order/decimal.ts'
import type { EventDraft } from '../order/event.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { brokerUnits, canonicalNumber } from '../pipeline/facts/record-fill.ts'

/** A position that is not the same here and there. */
export interface PositionDifference {
  readonly symbol: string
  readonly ours: bigint
  readonly theirs: bigint
  readonly averagePrice: string
}

/** Where a snapshot's positions differ from ours; nothing where the broker does not tell them. */
export function positionDifferences(link: BrokerLink, book: AccountBook, snapshot: BrokerSnapshot): readonly PositionDifference[] {
  if (snapshot.positions.status === 'unavailable') return []
  const theirs = new Map(snapshot.positions.value.map((position) => [position.symbol, position]))
  const symbols = new Set(theirs.keys())
  for (const entry of book.ledger.entries()) if (entry.broker === link.name) symbols.add(entry.symbol)
  return [...symbols].flatMap((symbol) => {
    const stated = theirs.get(symbol)
    const ours = book.ledger.exposure(link.name, symbol).position.quantity
    const quantity = stated === undefined ? 0n : brokerUnits(stated.quantity)
    return ours === quantity ? [] : [{ symbol, ours, theirs: quantity, averagePrice: stated === undefined ? '0' : canonicalNumber(stated.averagePrice) }]
  })
}

export function describeDifferences(differences: readonly PositionDifference[]): string {
  return differences.map(({ symbol, ours, theirs }) => `${symbol}: ${formatDecimal(ours)} here, ${formatDecimal(theirs)} there`).join('; ')
}

/** The positions an account begins with (PROTOCOL D3). They and the note that they were taken are one append. */
export async function openPositions(context: PipelineContext, link: BrokerLink, book: AccountBook, differences: readonly PositionDifference[], opened: { readonly cursor: string; readonly time: string }): Promise<void> {
  if (differences.length === 0) return context.journal.saveCursor(opened.cursor, opened.time)
  const drafts = differences.map(({ symbol, theirs, averagePrice }): EventDraft => ({
    type: 'position_changed', data: { broker: link.name, symbol, quantity: formatDecimal(theirs), averagePrice, source: 'opening' },
  }))
  return book.record(drafts, { cursors: { [opened.cursor]: opened.time } })
}

/** What was last said of a broker's differences. */
const denounced = new WeakMap<BrokerLink, string>()

/** A difference that neither orders nor executions explain: from here on only risk that goes away (PROTOCOL D4). */
export async function denounceDifferences(context: PipelineContext, link: BrokerLink, book: AccountBook, differences: readonly PositionDifference[]): Promise<void> {
  const scope = `account:${book.account}` as const
  const message = `positions differ from ${link.name}: ${describeDifferences(differences)}`
  if (differences.length === 0) denounced.delete(link)
  if (differences.length === 0 || denounced.get(link) === message || context.kill.engaged.some((entry) => entry.scope === scope && entry.actor === 'reconciliation')) return
  denounced.set(link, message)
  // Whatever is engaged already, by whomever: a difference is never kept quiet.
  await book.record([{ type: 'anomaly_detected', data: { code: 'POSITION_MISMATCH', message } }])
}
