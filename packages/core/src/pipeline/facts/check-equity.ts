import { absolute, formatDecimal, maximum, multiply, ONE, parseBrokerDecimal, type Units } from '../../order/decimal.ts'
import { InputMissing } from '../../risk/input-missing.ts'
import type { AccountBook } from '../book/account-book.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { viewOf } from '../place/decide.ts'

/** How far our profit and the broker's equity may be apart: half a percent of it. Brokers mark at the last trade, and take fees. */
const TOLERANCE = ONE / 200n

/** What was seen of an account: the values last looked at, how often in a row they did not fit, and in which session that was said. */
interface Seen {
  values: readonly object[]
  strikes: number
  announced: string | undefined
}

const seen = new WeakMap<AccountBook, Seen>()

function equityNow(links: readonly BrokerLink[]): Units | undefined {
  let sum = 0n
  for (const { accountValues } of links) {
    const equity = accountValues === undefined ? undefined : parseBrokerDecimal(accountValues.values.equity)
    if (equity === undefined) return undefined
    sum += equity.units
  }
  return sum
}

function ourProfit(context: PipelineContext, book: AccountBook, link: BrokerLink): Units | undefined {
  try {
    return viewOf(context, book, link.name).view.profitAndLoss().session
  } catch (error) {
    if (error instanceof InputMissing) return undefined
    throw error
  }
}

/**
 * Compares the session's profit by our ledger with the change of the broker's equity (PROTOCOL E3), once for each new statement
 * of it. Two in a row that do not fit are an anomaly: a fee, a transfer, or a trade that one of the two does not know.
 */
export function checkEquity(context: PipelineContext, book: AccountBook): void {
  const { session } = book.ledger
  const links = [...context.brokers.values()].filter((link) => link.account === book.account)
  const [link] = links
  if (link === undefined || session?.equity === undefined || context.closing || links.some(({ reconciled }) => !reconciled)) return
  const state = seen.get(book) ?? { values: [], strikes: 0, announced: undefined }
  seen.set(book, state)
  const values = links.flatMap(({ accountValues }) => (accountValues === undefined ? [] : [accountValues]))
  if (state.announced === session.id || values.length !== links.length || values.every((one) => state.values.includes(one))) return
  const equity = equityNow(links)
  const profit = ourProfit(context, book, link)
  if (equity === undefined || profit === undefined) return
  state.values = values
  const change = equity - session.equity
  const apart = absolute(change - profit)
  state.strikes = apart > maximum(ONE, multiply(absolute(session.equity), TOLERANCE, 'up')) ? state.strikes + 1 : 0
  if (state.strikes < 2) return
  state.announced = session.id
  const message = `since the session began the broker's equity has changed by ${formatDecimal(change)}, our books by ${formatDecimal(profit)}: a fee, a transfer, or a trade that one of them does not know`
  book.record([{ type: 'anomaly_detected', data: { code: 'EQUITY_MISMATCH', message } }]).catch(() => undefined)
}
