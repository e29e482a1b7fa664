import type { BrokerSnapshot } from '../broker/broker-adapter.ts'
import { formatDecimal, parseSigned } from '../order/decimal.ts'
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

/** By how much positions differ: it stays the same while both sides trade on. */
const amountsOf = (differences: readonly Pick<PositionDifference, 'symbol' | 'ours' | 'theirs'>[]): string =>
  differences.map(({ symbol, ours, theirs }) => `${symbol} ${theirs - ours}`).toSorted().join(';')

const headline = (link: BrokerLink): string => `positions differ from ${link.name}: `

/** The amounts that a message told; undefined for one that tells something else. */
function amountsIn(link: BrokerLink, message: string): string | undefined {
  if (!message.startsWith(headline(link))) return undefined
  return amountsOf(message.slice(headline(link).length).split('; ').map((part) => {
    const [, symbol = '', ours = '0', theirs = '0'] = /^(.*): (-?[\d.]+) here, (-?[\d.]+) there$/.exec(part) ?? []
    return { symbol, ours: parseSigned(ours), theirs: parseSigned(theirs) }
  }))
}

/** The differences that were last said of a broker. */
const denounced = new WeakMap<BrokerLink, string>()

/** A difference that neither orders nor executions explain: from here on only risk that goes away (PROTOCOL D4). */
export async function denounceDifferences(context: PipelineContext, link: BrokerLink, book: AccountBook, differences: readonly PositionDifference[]): Promise<void> {
  const scope = `account:${book.account}` as const
  if (differences.length === 0) {
    denounced.delete(link)
    return
  }
  const amounts = amountsOf(differences)
  // Before a restart it was said by what is engaged.
  const before = context.kill.engaged.find((entry) => entry.scope === scope && entry.actor === 'reconciliation')
  const said = denounced.get(link) ?? (before === undefined ? undefined : amountsIn(link, before.reason))
  denounced.set(link, amounts)
  if (said === amounts) return
  // Whatever is engaged already, by whomever: a difference is never kept quiet.
  const message = `${headline(link)}${describeDifferences(differences)}`
  await book.record([{ type: 'anomaly_detected', data: { code: 'POSITION_MISMATCH', message } }])
}
