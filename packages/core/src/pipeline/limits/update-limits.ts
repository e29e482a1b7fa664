import { compareLimits, type LimitChange } from '../../guards/compare-limits.ts'
import type { Guard } from '../../guards/guard.ts'
import type { Json } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { assertTakesOrders, type PipelineContext } from '../context.ts'
import { plainJson } from '../plain-json.ts'
import { recordLimits } from './record-limits.ts'
import { spendCode } from '../approve/spend-code.ts'

export interface LimitsInput {
  readonly guard: string
  readonly options: Readonly<Record<string, unknown>>
  readonly reason: string
  readonly code: string | undefined
  readonly actor: string
}

/** What an update did: each option as `guard.option`. */
export interface LimitsOutcome {
  readonly version: number
  readonly tightened: readonly string[]
  readonly loosened: readonly string[]
}

const invalid = (path: string, rule: string, message: string): SluiceError => new SluiceError('ORDER_INVALID', message, { issues: [{ path: [path], rule, message }] })

interface Proposal extends LimitChange { readonly index: number; readonly next: Guard; readonly isSame: boolean }

/** The guard under its new options, and what that means. Nothing has changed yet. */
function propose(context: PipelineContext, { guard: name, options }: LimitsInput): Proposal {
  const index = context.guards.findIndex((guard) => guard.name === name)
  const guard = context.guards[index]
  if (guard === undefined) throw invalid('guard', 'unknown', `no guard is named ${name.slice(0, 64)}`)
  if (guard.withOptions === undefined) throw invalid('guard', 'fixed', `the options of ${name} change with a restart only`)
  const known = Object.keys(guard.control?.tightens ?? {})
  const unknown = Object.keys(options).find((option) => guard.control !== undefined && !known.includes(option))
  if (unknown !== undefined) throw invalid('options', 'unknown_field', `${name} has no option ${unknown.slice(0, 64)}; it has ${known.join(', ')}`)
  const before = plainJson(`the options of ${name}`, guard.options)
  const merged = { ...(before as Record<string, Json>), ...(plainJson('limits', options) as Record<string, Json>) }
  // null takes an option away.
  const after = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null))
  const change = compareLimits(name, guard.control, before, after)
  if (change.restart.length > 0) throw invalid('options', 'restart', `${change.restart.join(', ')} depends on memory and changes with a restart only`)
  return { ...change, index, next: guard.withOptions(after), isSame: change.tightened.length + change.loosened.length === 0 }
}

/** The consent of a human, where money is real or codes are configured. */
async function approveLoosening(context: PipelineContext, { guard, code, actor }: LimitsInput): Promise<string | undefined> {
  const live = [...context.brokers.values()].some(({ adapter }) => adapter.capabilities.environment === 'live')
  if (context.approvals === undefined) {
    if (live) throw new SluiceError('APPROVAL_UNAVAILABLE', 'on a live broker a looser limit needs a code; configure approvals')
    return undefined
  }
  if (code === undefined || !await spendCode(context, context.approvals, actor, code, `loosen ${guard}`)) {
    throw new SluiceError('APPROVAL_REFUSED', 'a looser limit needs a fresh code; this one is missing, wrong, too old or was used before', { retryable: true })
  }
  return context.approvals.name
}

/**
 * Changes the options of one guard while the service runs. Stricter ones are in force when this function first yields; looser ones
 * once a human's code has been spent. Its memory goes on; orders that were decided before and not yet written are decided again.
 */
export async function updateLimits(context: PipelineContext, input: LimitsInput): Promise<LimitsOutcome> {
  assertTakesOrders(context)
  if (input.reason.trim() === '') throw invalid('reason', 'required', 'reason is required')
  const seen = context.limits?.version
  const { index, next, tightened, loosened, isSame } = propose(context, input)
  if (isSame) return { version: seen ?? 0, tightened, loosened }
  const approval = loosened.length > 0 ? await approveLoosening(context, input) : undefined
  if (context.limits?.version !== seen) throw new SluiceError('VERSION_CONFLICT', 'the limits changed while the code was being checked; look at them again', { retryable: true })
  assertTakesOrders(context)
  context.setGuard(index, next)
  try {
    await recordLimits(context, 'kept', { actor: input.actor, reason: input.reason, ...(approval !== undefined && { approval }) })
  } catch (cause) {
    throw new SluiceError('JOURNAL_FAILED', 'the limits could not be recorded; new orders stay stopped', { cause })
  }
  return { version: context.limits?.version ?? 0, tightened, loosened }
}
