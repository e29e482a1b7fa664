import type { EventData, GuardLimits, Json } from '../order/event.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'
import type { PipelineContext } from './context.ts'
import { SLIPPAGE_PERCENT } from './decide.ts'

type Limits = EventData['limits_changed']

/** A value as the journal will give it back. */
function plain(what: string, value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as Json
  } catch (cause) {
    throw new SluiceError('CONFIGURATION_INVALID', `${what} must be plain JSON, for they are journaled: ${describeError(cause)}`, { cause })
  }
}

/** @throws SluiceError CONFIGURATION_INVALID when a guard's options are no JSON. */
function guardLimits(context: PipelineContext): readonly GuardLimits[] {
  return context.guards.map(({ name, options }) => ({ name, options: plain(`the options of guard ${name}`, options) }))
}

function settings(context: PipelineContext): Limits['settings'] {
  const brokers = [...context.brokers.values()].map(({ name, account, adapter }) => [name, {
    account, capabilities: plain(`the capabilities of broker ${name}`, adapter.capabilities),
    marketData: adapter.marketData !== undefined, reference: adapter.reference !== undefined,
  }] as const)
  return {
    tag: context.tag, quoteMaximumAge: context.timing.quoteMaximumAge, accountMaximumAge: context.timing.accountMaximumAge, slippagePercent: Number(SLIPPAGE_PERCENT), brokers: Object.fromEntries(brokers),
  }
}

const differ = (left: unknown, right: unknown): boolean => JSON.stringify(left) !== JSON.stringify(right)

/**
 * Journals the limits that are in force from this tick on. Says nothing when they are those of the last record and memories were
 * made in the same way.
 */
export function recordLimits(context: PipelineContext, memory: Limits['memory'], actor: string): Promise<void> {
  const { limits: before, books, globalBook } = context
  const guards = guardLimits(context)
  const now = settings(context)
  const isSame = before !== undefined && before.memory === 'rebuilt' && memory === 'rebuilt' && !differ(before.guards, guards) && !differ(before.settings, now)
  if (isSame) return Promise.resolve()
  const after = Object.fromEntries([...books.values()].map((book) => [book.account, book.sequence]))
  return globalBook.record([{ type: 'limits_changed', data: { version: (before?.version ?? 0) + 1, guards, settings: now, memory, after, actor } }])
}
