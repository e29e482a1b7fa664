import { formatDecimal } from '../order/decimal.ts'
import type { EventDraft } from '../order/event.ts'
import type { OrderState } from '../order/order.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import { assertTakesOrders, type BrokerLink, type PipelineContext } from '../pipeline/context.ts'
import { spendCode } from '../pipeline/approve/spend-code.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'
import { isOpenQuestion } from './reconcile-order.ts'
import { describeDifferences, type PositionDifference, positionDifferences } from './reconcile-positions.ts'

const ATTEMPTS = 20
const PAUSE = 250

export interface AdoptionInput {
  readonly statement: string
  readonly code?: string
}

interface Steady {
  readonly link: BrokerLink
  readonly differences: readonly PositionDifference[]
  /** The broker's updates that the differences stand on. */
  readonly updates: number
}

const notReady = (message: string, cause?: unknown): SluiceError => new SluiceError('NOT_READY', message, { retryable: true, ...(cause !== undefined && { cause }) })

/** What two snapshots in a row show alike, with no update between them. */
async function steadyDifferences(context: PipelineContext, link: BrokerLink, book: AccountBook): Promise<Steady> {
  let before: string | undefined
  for (let attempt = 0; attempt < ATTEMPTS && !context.signal.aborted; attempt += 1) {
    const { updates } = link
    const snapshot = await link.adapter.snapshot().catch((error: unknown) => { throw notReady(`the positions of ${link.name} cannot be read: ${describeError(error)}`, error) })
    if (snapshot.positions.status === 'unavailable') throw notReady(`${link.name} does not tell its positions: ${snapshot.positions.reason}`)
    const differences = positionDifferences(link, book, snapshot)
    const seen = describeDifferences(differences)
    if (link.updates === updates && seen === before) return { link, differences, updates }
    before = link.updates === updates ? seen : undefined
    await sleep(context.clock, PAUSE, context.signal)
  }
  throw notReady(`the positions of ${link.name} do not come to rest`)
}

const adjustment = (broker: string, { symbol, theirs, averagePrice }: PositionDifference): EventDraft => ({
  type: 'position_changed', data: { broker, symbol, quantity: formatDecimal(theirs), averagePrice, source: 'adjustment' },
})

/** Ends what the difference engaged; what anything else engaged stays for a release. */
async function endMismatch(context: PipelineContext, account: string, actor: string, reason: string): Promise<void> {
  const scope = `account:${account}` as const
  const entry = context.kill.engaged.find((engaged) => engaged.scope === scope)
  if (entry?.trigger !== 'POSITION_MISMATCH') return
  await context.globalBook.record([{ type: 'kill_switch_changed', data: { action: 'release', scope, level: entry.level, epoch: context.kill.epoch + 1, reason, actor } }])
}

/** What an order of unknown outcome has traded would count twice: in the positions taken over, and once more when it shows. */
function assertNothingOpen(book: AccountBook, found: readonly Steady[]): void {
  for (const { link, differences } of found) {
    const open = [...book.open].map((orderId) => book.orders.get(orderId) as OrderState)
      .find((order) => order.intent.broker === link.name && isOpenQuestion(book, order) && differences.some(({ symbol }) => symbol === order.terms.symbol))
    if (open !== undefined) throw notReady(`order ${open.id} in ${open.terms.symbol} is of unknown outcome, and its trades may be in the position: resolve it first`)
  }
}

/** A human takes over the positions that the brokers show (PROTOCOL D4). */
export async function adoptPositions(context: PipelineContext, account: string, { statement, code }: AdoptionInput, actor: string): Promise<void> {
  assertTakesOrders(context)
  const book = context.books.get(account)
  const issue = (path: string, rule: string, message: string): SluiceError => new SluiceError('ORDER_INVALID', message, { issues: [{ path: [path], rule, message }] })
  if (book === undefined) throw issue('account', 'unknown', `there is no account ${account.slice(0, 64)}`)
  if (typeof statement !== 'string' || statement.trim() === '') throw issue('statement', 'required', 'statement is required: where do these positions come from?')
  const links = [...context.brokers.values()].filter((link) => link.account === account)
  const found = await Promise.all(links.map((link) => steadyDifferences(context, link, book)))
  assertNothingOpen(book, found)
  if (context.approvals !== undefined && !(code !== undefined && await spendCode(context, context.approvals, actor, code, `adopt positions of ${account}`))) {
    throw new SluiceError('APPROVAL_REFUSED', 'adopting positions needs a fresh code; this one is missing, wrong, too old or was used before', { retryable: true })
  }
  if (found.some(({ link, updates }) => link.updates !== updates)) throw notReady('the positions moved while the code was being checked; look again and repeat it with a new code')
  const reason = `positions adopted by ${actor}: ${statement}`
  const described = found.map(({ link, differences }) => `${link.name}: ${describeDifferences(differences) || 'no difference'}`).join('; ')
  await book.record([
    { type: 'anomaly_detected', data: { code: 'POSITIONS_ADOPTED', message: `${reason} (${described})` } },
    ...found.flatMap(({ link, differences }) => differences.map((difference) => adjustment(link.name, difference))),
  ])
  await endMismatch(context, account, actor, reason)
}
