import { type DecisionSettings, type EventData, type GuardLimits, isKillScope, KILL_LEVELS, type KillScope } from '@sluice/core'
import { z } from 'zod'
import { describes, maybe } from './describes.ts'
import { count, decimal, json, text } from './values.ts'

type AccountEvent = Exclude<keyof EventData, `order_${string}` | `execution_${string}`>

const guardLimits: z.ZodType<GuardLimits> = describes<GuardLimits>('GuardLimits')(z.strictObject({ name: text, options: json }))

const settings: z.ZodType<DecisionSettings> = describes<DecisionSettings>('DecisionSettings')(z.strictObject({
  tag: text,
  quoteMaximumAge: z.number().describe('ms'),
  accountMaximumAge: z.number().describe('ms'),
  slippagePercent: z.number(),
  brokers: z.record(text, z.strictObject({ account: text, capabilities: json, marketData: z.boolean(), reference: z.boolean() })),
}))

const scope = z.custom<KillScope>((value) => typeof value === 'string' && isKillScope(value)).meta({
  type: 'string', pattern: '^(?:global|(?:broker|account|strategy|symbol):.+)$',
})

type Evidence = NonNullable<EventData['kill_switch_changed']['evidence']>
const evidence: z.ZodType<Evidence> = describes<Evidence>('TripEvidence')(z.strictObject({ account: text, broker: text, after: count, limits: count, inputs: z.record(text, json) }))

type Noted = NonNullable<EventData['guard_noted']['evidence']>
const noteEvidence: z.ZodType<Noted> = describes<Noted>('NoteEvidence')(z.strictObject({ broker: text, limits: count, inputs: z.record(text, json) }))

/** The data of every event that is not of an order, by type. */
export const accountEvents: { readonly [Type in AccountEvent]: z.ZodType<EventData[Type]> } = {
  position_changed: describes<EventData['position_changed']>()(z.strictObject({
    broker: text, symbol: text, quantity: decimal.describe('Negative when short'), averagePrice: decimal,
    source: z.enum(['fill', 'opening', 'external', 'adjustment']).describe('fill restates what executions say; the others change the position by themselves'),
  })),
  limit_warning: describes<EventData['limit_warning']>()(z.strictObject({ guard: text, code: text, limit: text, observed: text, percent: z.literal([70, 90]), orderId: maybe(text) })),
  kill_switch_changed: describes<EventData['kill_switch_changed']>()(z.strictObject({
    action: z.enum(['engage', 'release']), scope, level: z.enum(KILL_LEVELS as unknown as readonly ['reduce_only', 'no_new', 'cancel_all', 'flatten']), epoch: count,
    reason: text, actor: text, trigger: maybe(text.describe('What tripped it, when no person did')), evidence: maybe(evidence), externalOrders: maybe(z.enum(['sweep', 'leave'])),
  })),
  limits_changed: describes<EventData['limits_changed']>()(z.strictObject({
    version: count, guards: z.array(guardLimits), settings, memory: z.enum(['rebuilt', 'kept']), after: z.record(text, count), actor: text,
    configured: maybe(z.array(guardLimits)), tightened: maybe(z.array(text)), loosened: maybe(z.array(text)), reason: maybe(text), approval: maybe(text),
  })),
  guard_noted: describes<EventData['guard_noted']>()(z.strictObject({ guard: text, note: json, evidence: maybe(noteEvidence) })),
  approval_checked: describes<EventData['approval_checked']>()(z.strictObject({ approver: text, subject: text, step: z.enum(['asked', 'accepted', 'unlocked']), by: maybe(text) })),
  session_rolled: describes<EventData['session_rolled']>()(z.strictObject({ session: text, equity: maybe(decimal), source: text, marks: z.record(text, z.record(text, decimal)) })),
  anomaly_detected: describes<EventData['anomaly_detected']>()(z.strictObject({
    code: text, message: text, orderId: maybe(text), bust: maybe(z.strictObject({ broker: text, executionId: text })),
  })),
}
