import type { AccountValues, GuardStatus, KillLevel, KillReport, KillStatus, Position, Preflight } from '@sluice/core'
import { z } from 'zod'
import type { AccountAnswer } from '../../answer/shapes.ts'
import { component, maybe } from '../registry.ts'
import { orderTerms } from './order.ts'
import { decimal, denial, text, time } from './values.ts'

const KILL_LEVELS = ['reduce_only', 'no_new', 'cancel_all', 'flatten'] as const
const scope = z.string().regex(/^(?:global|(?:broker|account|strategy|symbol):\S{1,64})$/, 'must be global, or broker:, account:, strategy: or symbol: with a name')
const reason = z.string().min(1).max(500)

export const position: z.ZodType<Position> = component('Position', z.object({
  account: text, broker: text, symbol: text,
  quantity: decimal.describe('Negative when short'),
  averagePrice: decimal, workingBuy: decimal, workingSell: decimal,
  mark: maybe(decimal), unrealisedProfit: maybe(decimal), realisedProfit: decimal,
}))

const decision = component('Decision', z.object({
  guard: text, verdict: z.enum(['allow', 'reject', 'challenge']), code: maybe(text), message: maybe(text), limit: maybe(text), observed: maybe(text), own: maybe(text),
  retryAfter: maybe(z.number()), warning: maybe(z.union([z.literal(70), z.literal(90)])),
}))

export const preflightAnswer: z.ZodType<Preflight> = component('Preflight', z.object({
  verdict: z.enum(['allow', 'reject', 'challenge']),
  decisions: z.array(decision).describe('Every guard in the order they run'),
  denial: maybe(denial),
  challenges: z.array(denial),
  terms: orderTerms,
  digest: text.describe('What an approval would be bound to'),
  broker: text,
  estimatedValue: maybe(decimal),
  expiresAt: time.describe('When the answer is too old to show'),
}))

const accountValues: z.ZodType<AccountValues> = component('AccountValues', z.object({
  equity: decimal, cash: decimal, buyingPower: decimal, currency: text, lastEquity: maybe(decimal), time,
}))

export const accountAnswer: z.ZodType<AccountAnswer> = component('Account', z.object({
  account: text,
  values: z.union([accountValues, z.null()]).describe('What the broker last said; null when it never did'),
}))

const externalOrders = z.enum(['sweep', 'leave']).describe('Whether the sweep takes orders with it that were not placed here. Default: sweep at the global scope, leave below it')

const killEntry = component('KillEntry', z.object({
  scope: z.string() as unknown as z.ZodType<KillStatus['engaged'][number]['scope']>, level: z.enum(KILL_LEVELS), reason: text, actor: text, since: time, epoch: z.int(),
  trigger: maybe(text.describe('What tripped it, when no person did')),
  externalOrders: maybe(externalOrders),
}))

export const killStatus: z.ZodType<KillStatus> = component('KillStatus', z.object({
  epoch: z.int().describe('Grows with every change'), engaged: z.array(killEntry),
}))

const orderIds = z.array(text)

export const killReport: z.ZodType<KillReport> = component('KillReport', z.object({
  epoch: z.int(),
  durable: z.boolean().describe('false: blocked in memory only; a restart may forget it'),
  inFlight: orderIds.describe('On their way to the broker; cancelled on sight'),
  working: orderIds.describe('Swept by the level'),
  unknown: orderIds.describe('Of unknown outcome'),
}))

const engage = z.strictObject({ action: z.literal('engage'), scope: scope.optional(), level: z.enum(KILL_LEVELS).optional(), externalOrders: externalOrders.optional(), reason })
const release = z.strictObject({ action: z.literal('release'), scope: scope.optional(), code: z.string().min(1).max(64).optional(), reason })

/** What changes the kill switch. */
export type KillCommand =
  | { readonly action: 'engage'; readonly scope?: string | undefined; readonly level?: KillLevel | undefined; readonly externalOrders?: 'sweep' | 'leave' | undefined; readonly reason: string }
  | { readonly action: 'release'; readonly scope?: string | undefined; readonly code?: string | undefined; readonly reason: string }

export const killCommand: z.ZodType<KillCommand> = component('KillCommand', z.discriminatedUnion('action', [engage, release]))

export const approvalRequest: z.ZodType<{ code: string }> = component('Approval', z.strictObject({ code: z.string().min(1).max(64) }))

const limitUse = component('LimitUse', z.object({
  account: text,
  limit: text.describe('The option that sets the limit'),
  broker: maybe(text.describe('Where each broker of the account has a limit of its own')),
  symbol: maybe(text), strategy: maybe(text), side: maybe(z.enum(['buy', 'sell'])),
  maximum: text, used: text,
  warning: maybe(z.union([z.literal(70), z.literal(90)]).describe('That share of the limit is used, in percent')),
}))

/** A guard as it is in force. */
export const guardAnswer: z.ZodType<GuardStatus> = component('Guard', z.object({
  name: text,
  options: z.unknown().describe('Its limits') as unknown as z.ZodType<GuardStatus['options']>,
  version: z.int().describe('The version of the limits that brought these'),
  prevents: maybe(text.describe('What it prevents')),
  uses: z.array(limitUse).describe('How much of each limit is used now'),
  missing: maybe(z.record(text, text).describe('Why the use cannot be told now, by account')),
}))
