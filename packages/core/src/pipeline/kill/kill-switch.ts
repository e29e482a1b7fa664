import { BrokenMemory } from '../../guards/evaluate.ts'
import { atLeast, killEntryFor } from '../../kill-switch/kill-state.ts'
import type { ExternalOrders, KillLevel, KillScope, StoredEvent, TripEvidence } from '../../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError, SluiceError } from '../../runtime/errors.ts'
import type { PipelineContext } from '../context.ts'
import { spendCode } from '../approve/spend-code.ts'
import { flatten } from './flatten.ts'
import { sweep } from '../cancel/sweep-listing.ts'

/** Engaging does not wait longer than this for the journal: the block in memory stands either way. */
const PERSIST_WAIT = 1000

export interface EngageInput {
  readonly scope: KillScope
  readonly level: KillLevel
  readonly reason: string
  readonly actor: string
  readonly trigger: string | undefined
  readonly evidence?: TripEvidence
  readonly externalOrders?: ExternalOrders | undefined
}

export interface KillOutcome {
  readonly epoch: number
  readonly durable: boolean
  readonly inFlight: readonly string[]
  readonly working: readonly string[]
  readonly unknown: readonly string[]
}

function covered(context: PipelineContext, order: OrderState): boolean {
  const { broker, terms } = order.intent
  return killEntryFor(context.kill, { broker, account: terms.account, strategy: terms.strategy, symbol: terms.symbol }) !== undefined
}

/** Every unfinished order under an engaged scope, by where it is. */
function report(context: PipelineContext): Pick<KillOutcome, 'inFlight' | 'working' | 'unknown'> {
  const inFlight: string[] = []
  const working: string[] = []
  const unknown: string[] = []
  for (const book of context.books.values()) {
    for (const orderId of book.open) {
      const order = book.orders.get(orderId) as OrderState
      const status = statusOf(order)
      if (isFinished(status) || status === 'pending_approval' || !covered(context, order)) continue
      if (status === 'unknown') unknown.push(orderId)
      else if (status === 'pending_new') inFlight.push(orderId)
      else working.push(orderId)
    }
  }
  return { inFlight, working, unknown }
}

/** Challenges under the scope end: a code that comes now must not send an order. */
function supersedeChallenges(context: PipelineContext): void {
  for (const book of context.books.values()) {
    for (const orderId of book.open) {
      const order = book.orders.get(orderId) as OrderState
      const { broker, terms } = order.intent
      const entry = killEntryFor(context.kill, { broker, account: terms.account, strategy: terms.strategy, symbol: terms.symbol })
      if (statusOf(order) !== 'pending_approval' || !atLeast(entry?.level, 'no_new')) continue
      const denial = { code: 'KILL_SWITCH_ENGAGED', message: `the kill switch was engaged (${entry?.scope ?? ''}): ${entry?.reason ?? ''}`, guard: 'kill-switch' }
      book.record([{ type: 'order_denied', data: { orderId, denial } }]).catch(() => undefined)
    }
  }
}

/** A block that stands in memory and is on its way to the journal. */
interface Blocked {
  readonly epoch: number
  readonly persisted: Promise<boolean>
}

/** Blocks in this tick and hands the block to the journal: whatever is recorded after it comes after it there as well. */
function block(context: PipelineContext, input: EngageInput): Blocked {
  const { scope, level, reason, actor, trigger, evidence, externalOrders } = input
  const epoch = context.kill.epoch + 1
  const data = {
    action: 'engage', scope, level, epoch, reason, actor, ...(trigger !== undefined && { trigger }), ...(evidence !== undefined && { evidence }), ...(externalOrders !== undefined && { externalOrders }),
  } as const
  return { epoch, persisted: context.globalBook.record([{ type: 'kill_switch_changed', data }]).then(() => true, () => false) }
}

/** What follows from a block: challenges end, orders that have to go are cancelled, positions are closed. */
function enforce(context: PipelineContext): void {
  supersedeChallenges(context)
  sweep(context)
  flatten(context)
}

/** Facts after which an account takes no more risk until a person has looked, and how far it stops. */
export const STOPPING: Readonly<Record<string, KillLevel>> = {
  LATE_FILL: 'reduce_only', LATE_ACCEPTANCE: 'reduce_only', POSITION_MISMATCH: 'reduce_only', LOST_INTENT: 'no_new',
}
const FOUND_BY_COMPARING: ReadonlySet<string> = new Set(['POSITION_MISMATCH', 'LOST_INTENT'])

/**
 * Stops an account for what was found out about it. Called while the fact is being recorded and before it is appended: the block
 * comes first in the journal, so that no crash leaves the fact without it. A fact that is lost by the crash is told again.
 */
export function stopFor(context: PipelineContext, event: StoredEvent): (() => void) | undefined {
  if (event.type !== 'anomaly_detected') return undefined
  const { code, message } = event.data
  const level = STOPPING[code]
  const scope = `account:${event.account}` as const
  if (level === undefined || context.kill.engaged.some((entry) => entry.scope === scope && atLeast(entry.level, level))) return undefined
  void block(context, { scope, level, reason: message, actor: FOUND_BY_COMPARING.has(code) ? 'reconciliation' : 'sluice', trigger: code })
  return () => { enforce(context) }
}

/**
 * Blocks in this tick, then persists and sweeps side by side. Resolves when the block is durable, or after a second with
 * `durable: false`. From the first tick on no permit under the scope is given.
 */
export async function engage(context: PipelineContext, input: EngageInput): Promise<KillOutcome> {
  const { epoch, persisted } = block(context, input)
  const outcome = report(context)
  enforce(context)
  const durable = await Promise.race([persisted, sleep(context.clock, PERSIST_WAIT).then(() => false)])
  return { epoch, durable, ...outcome }
}

/** Releases one scope: a human's doing, with a fresh code where codes are configured or money is real. */
export async function release(context: PipelineContext, input: { readonly scope: KillScope; readonly code: string | undefined; readonly reason: string; readonly actor: string }): Promise<void> {
  const { scope, code, reason, actor } = input
  const { epoch: seen } = context.kill
  const entry = context.kill.engaged.find((engaged) => engaged.scope === scope)
  if (entry === undefined) return
  if (context.journalFailure !== undefined) throw new SluiceError('JOURNAL_FAILED', 'the journal has stopped; the kill switch stays engaged', { cause: context.journalFailure })
  const live = [...context.brokers.values()].some(({ adapter }) => adapter.capabilities.environment === 'live')
  if (context.approvals === undefined && live) throw new SluiceError('APPROVAL_UNAVAILABLE', 'on a live broker the release needs a code; configure approvals')
  if (context.approvals !== undefined && !(code !== undefined && await spendCode(context, context.approvals, actor, code, `release ${scope}`))) {
    throw new SluiceError('APPROVAL_REFUSED', 'the release needs a fresh code; this one is missing, wrong, too old or was used before', { retryable: true })
  }
  if (context.kill.epoch !== seen) throw new SluiceError('VERSION_CONFLICT', 'the kill switch changed while the code was being checked; look at it again', { retryable: true })
  const epoch = seen + 1
  try {
    await context.globalBook.record([{ type: 'kill_switch_changed', data: { action: 'release', scope, level: entry.level, epoch, reason, actor } }])
  } catch (cause) {
    throw new SluiceError('JOURNAL_FAILED', 'the release could not be recorded; new orders stay stopped', { cause })
  }
  tellGuards(context, scope)
}

/** Guards that latch learn of a human's release: what they count begins anew. */
function tellGuards(context: PipelineContext, scope: KillScope): void {
  for (const book of context.books.values()) {
    context.guards.forEach((guard, index) => {
      const state = book.guardStates[index]
      if (guard.released === undefined || state instanceof BrokenMemory) return
      try {
        const note = guard.released(scope, { account: book.account, state })
        if (note !== undefined) book.record([{ type: 'guard_noted', data: { guard: guard.name, note } }]).catch(() => undefined)
      } catch (cause) {
        context.alert({ code: 'GUARD_FAILED', message: `guard ${guard.name} failed at a release: ${describeError(cause)}`, cause })
      }
    })
  }
}
