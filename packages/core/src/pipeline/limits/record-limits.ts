import { compareLimits } from '../../guards/compare-limits.ts'
import type { EventData, GuardLimits, Json } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { PipelineContext } from '../context.ts'
import { SLIPPAGE_PERCENT } from '../place/decide.ts'
import { plainJson } from '../plain-json.ts'

type Limits = EventData['limits_changed']

/** @throws SluiceError CONFIGURATION_INVALID when a guard's options are no JSON. */
function guardLimits(context: PipelineContext): readonly GuardLimits[] {
  return context.guards.map(({ name, options }) => ({ name, options: plainJson(`the options of guard ${name}`, options) }))
}

function settings(context: PipelineContext): Limits['settings'] {
  const brokers = [...context.brokers.values()].map(({ name, account, adapter }) => [name, {
    account, capabilities: plainJson(`the capabilities of broker ${name}`, adapter.capabilities),
    marketData: adapter.marketData !== undefined, reference: adapter.reference !== undefined,
  }] as const)
  return {
    tag: context.tag, quoteMaximumAge: context.timing.quoteMaximumAge, accountMaximumAge: context.timing.accountMaximumAge,
    slippagePercent: Number(SLIPPAGE_PERCENT), brokers: Object.fromEntries(brokers),
  }
}

const environmentOf = (capabilities: Json | undefined): string | undefined => (capabilities as { readonly environment?: string } | undefined)?.environment

/** A journal belongs to one kind of money: positions and profits of the other would count in its limits. */
function assertEnvironments(before: Limits, now: Limits['settings']): void {
  for (const [name, { capabilities }] of Object.entries(now.brokers)) {
    const [was, is] = [environmentOf(before.settings.brokers[name]?.capabilities), environmentOf(capabilities)]
    if (was !== undefined && was !== is) {
      throw new SluiceError('CONFIGURATION_INVALID', `this journal was written with a ${was} broker ${name}, and the broker is ${is ?? 'of another kind'} now; use another journal`)
    }
  }
}

const differ = (left: unknown, right: unknown): boolean => JSON.stringify(left) !== JSON.stringify(right)

/** What a start under other guards and settings does to the limits. */
function changesOf(context: PipelineContext, before: Limits, guards: readonly GuardLimits[], now: Limits['settings']): { tightened: string[]; loosened: string[] } {
  const tightened: string[] = []
  const loosened: string[] = []
  for (const { name, options } of before.guards) {
    const after = guards.find((guard) => guard.name === name)
    if (after === undefined) loosened.push(name)
    else {
      const change = compareLimits(name, context.guards.find((guard) => guard.name === name)?.control, options, after.options)
      tightened.push(...change.tightened)
      loosened.push(...change.loosened, ...change.restart)
    }
  }
  for (const { name } of guards) if (!before.guards.some((guard) => guard.name === name)) tightened.push(name)
  for (const age of ['quoteMaximumAge', 'accountMaximumAge'] as const) {
    if (now[age] !== before.settings[age]) (now[age] < before.settings[age] ? tightened : loosened).push(age)
  }
  return { tightened, loosened }
}

/** What is said of a change besides the limits themselves. */
type LimitsNote = Pick<Limits, 'actor' | 'reason' | 'approval'>

/**
 * Journals the limits that are in force from this tick on. Says nothing when they are those of the last record and memories were
 * made in the same way.
 * @throws SluiceError CONFIGURATION_INVALID when the journal belongs to another kind of money
 */
export function recordLimits(context: PipelineContext, memory: Limits['memory'], note: LimitsNote): Promise<void> {
  const { limits: before, books, globalBook } = context
  const guards = guardLimits(context)
  const now = settings(context)
  if (before !== undefined) assertEnvironments(before, now)
  const isSame = before !== undefined && before.memory === 'rebuilt' && memory === 'rebuilt' && !differ(before.guards, guards) && !differ(before.settings, now)
  if (isSame) return Promise.resolve()
  const after = Object.fromEntries([...books.values()].map((book) => [book.account, book.sequence]))
  const configured = guards.flatMap(({ name, options }) => {
    const code = context.configured.get(name) ?? null
    return differ(code, options) ? [{ name, options: code }] : []
  })
  const change = before === undefined ? {} : changesOf(context, before, guards, now)
  return globalBook.record([{ type: 'limits_changed', data: {
    version: (before?.version ?? 0) + 1, guards, settings: now, memory, after, ...note, ...change, ...(configured.length > 0 && { configured }),
  } }])
}
