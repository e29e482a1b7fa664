import type { BrokerAdapter } from '../../broker/broker-adapter.ts'
import { PreparationFailed } from '../../guards/evaluate.ts'
import type { Ledger } from '../../risk/ledger.ts'
import type { OrderCandidate } from '../../risk/order-candidate.ts'
import { describeError } from '../../runtime/errors.ts'
import { accountIsFresh, refreshAccount } from '../facts/account-values.ts'
import { type BrokerLink, linkOf, type PipelineContext } from '../context.ts'

const NO_FACTS: readonly unknown[] = []

/** Fresh enough to decide on in half its permitted age: the other half is for the way to the decision. */
function quoteIsFresh(context: PipelineContext, link: BrokerLink, symbol: string): boolean {
  const mark = context.marks.get(link.name, symbol)
  return mark !== undefined && context.clock.monotonic() - mark.arrived <= context.timing.quoteMaximumAge / 2
}

/** Follows a symbol's quotes for as long as the service lives, so that the next decision on it need not wait. */
export function watch(context: PipelineContext, link: BrokerLink, symbol: string): void {
  const { marketData } = link.adapter
  if (marketData === undefined || link.watched.has(symbol)) return
  link.watched.add(symbol)
  marketData.watch([symbol], (quote) => { context.marks.update(link.name, quote, context.clock.monotonic()) }, context.signal)
}

type Reference = NonNullable<BrokerAdapter['reference']>

async function fetchReference(context: PipelineContext, link: BrokerLink, reference: Reference, symbol: string): Promise<void> {
  const [instrument, session] = await Promise.all([
    link.instruments.get(symbol) ?? reference.instrument(symbol), reference.session(symbol, context.clock.now()),
  ])
  if (instrument !== undefined) link.instruments.set(symbol, instrument)
  link.sessions.set(symbol, session)
}

async function describe(link: BrokerLink, reference: Reference, symbol: string): Promise<void> {
  const instrument = await reference.instrument(symbol)
  if (instrument !== undefined) link.instruments.set(symbol, instrument)
}

type Entry = ReturnType<Ledger['entries']> extends IterableIterator<infer Value> ? Value : never

const isAtWork = ({ position, workingBuy, workingSell }: Entry): boolean => position.quantity !== 0n || workingBuy !== 0n || workingSell !== 0n

/** What has traded in this session counts in its profit, also when nothing is held of it any more. */
const counts = (entry: Entry): boolean => isAtWork(entry) || entry.position.startQuantity !== 0n || entry.position.sessionFlow !== 0n

/** Follows and describes whatever the account holds or works at a broker: without it no sum over the account can be told. */
export function watchAccount(context: PipelineContext, link: BrokerLink): void {
  const { reference } = link.adapter
  for (const entry of context.books.get(link.account)?.ledger.entries() ?? []) {
    const { broker, symbol } = entry
    if (broker !== link.name || !counts(entry)) continue
    if (isAtWork(entry)) watch(context, link, symbol)
    // What fails now is asked for again with the next order.
    if (reference !== undefined && !link.instruments.has(symbol)) describe(link, reference, symbol).catch(() => undefined)
  }
}

/** What else the account holds or works and nobody has described since the start: its multiplier counts in every sum. */
function undescribed(context: PipelineContext, link: BrokerLink, symbol: string): string[] {
  const missing: string[] = []
  for (const entry of context.books.get(link.account)?.ledger.entries() ?? []) {
    if (entry.broker !== link.name || entry.symbol === symbol || link.instruments.has(entry.symbol)) continue
    if (counts(entry)) missing.push(entry.symbol)
  }
  return missing
}

const needsAccount = (context: PipelineContext): boolean => context.guards.some((guard) => guard.needs?.includes('account_values') === true)

type Task = (signal: AbortSignal) => Promise<unknown>

/** What has to be fetched before an order on the symbol can be judged. */
function neededData(context: PipelineContext, link: BrokerLink, symbol: string): Task[] {
  const { marketData, reference } = link.adapter
  const tasks: Task[] = []
  watch(context, link, symbol)
  if (marketData !== undefined && !quoteIsFresh(context, link, symbol)) {
    tasks.push(async (signal) => context.marks.update(link.name, await marketData.quote(symbol, signal), context.clock.monotonic()))
  }
  const session = link.sessions.get(symbol)
  if (reference !== undefined && (!link.instruments.has(symbol) || session === undefined || session.until <= context.clock.now())) {
    tasks.push(() => fetchReference(context, link, reference, symbol))
  }
  if (reference !== undefined) for (const held of undescribed(context, link, symbol)) tasks.push(() => describe(link, reference, held))
  if (needsAccount(context) && !accountIsFresh(context, link)) tasks.push(() => refreshAccount(context, link))
  return tasks
}

/**
 * Fetches whatever the decision needs and does not have: quotes, instrument, session, the guards' own facts. Returns at once,
 * without a promise, when nothing is missing. What fails or is late is simply still missing when the guards ask for it.
 */
export function prepare(context: PipelineContext, candidate: OrderCandidate): readonly unknown[] | Promise<readonly unknown[]> {
  const tasks = neededData(context, linkOf(context, candidate.broker), candidate.symbol)
  const preparing = context.guards.some((guard) => guard.prepare !== undefined)
  return tasks.length === 0 && !preparing ? NO_FACTS : fetchAll(context, candidate, tasks)
}

/**
 * What the guard will see is what the journal will say.
 * @throws TypeError when it is no JSON
 */
function toJson(facts: unknown): unknown {
  return facts === undefined ? undefined : JSON.parse(JSON.stringify(facts))
}

function fetchAll(context: PipelineContext, candidate: OrderCandidate, tasks: Task[]): Promise<readonly unknown[]> {
  const facts: unknown[] = context.guards.map((guard) => (guard.prepare === undefined ? undefined : new PreparationFailed(`guard ${guard.name} did not finish preparing in time`)))
  context.guards.forEach((guard, index) => {
    if (guard.prepare === undefined) return
    tasks.push(async (signal) => {
      try {
        facts[index] = toJson(await guard.prepare?.(candidate, signal))
      } catch (error) {
        facts[index] = new PreparationFailed(`guard ${guard.name} could not prepare: ${describeError(error)}`)
      }
    })
  })
  const abort = new AbortController()
  return new Promise((resolve) => {
    // A copy: what comes after the time is up must not change facts that a decision already reads.
    const done = (): void => { timer.cancel(); abort.abort(); resolve([...facts]) }
    const timer = context.clock.setTimer(done, context.timing.prepareTimeout)
    void Promise.allSettled(tasks.map((task) => task(abort.signal))).then(done)
  })
}
