import { z } from 'zod'
import { fromIso, toIso } from '../runtime/clock.ts'
import { type Issue, SluiceError } from '../runtime/errors.ts'
import { formatDecimal, isDecimal, parseDecimal } from './decimal.ts'
import {
  ORDER_CLASSES, type OrderRequest, type OrderTerms, type ReplaceRequest, SIDES, TIMES_IN_FORCE,
} from './request.ts'

const DECIMAL_HELP = 'must be a positive decimal string such as "187.50": at most 12 digits before and 9 after the point, no sign, exponent or spaces'

const decimal = z.string({ error: DECIMAL_HELP }).check((context) => {
  if (isDecimal(context.value) && /[1-9]/.test(context.value)) return
  context.issues.push({ code: 'custom', input: '', params: { rule: 'decimal' }, message: DECIMAL_HELP })
})

const SYMBOL_HELP = 'must be 1 to 32 characters of A-Z, 0-9, ".", "/", "-", beginning with a letter or digit'
const name = (length: number, help: string): z.ZodString => z.string().min(1, help).max(length, help).regex(/^[\x21-\x7e]+$/, help)
const NAME_HELP = 'must be 1 to 64 printable ASCII characters without spaces'

const common = {
  idempotencyKey: name(128, 'must be 1 to 128 printable ASCII characters without spaces').exactOptional(),
  account: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be 1 to 64 characters of letters, digits, "_", ".", "-"').exactOptional(),
  strategy: name(64, NAME_HELP).exactOptional(),
  symbol: z.string().regex(/^[A-Z0-9][A-Z0-9./-]{0,31}$/, SYMBOL_HELP),
  side: z.enum(SIDES as ['buy']),
  quantity: decimal.exactOptional(),
  notional: decimal.exactOptional(),
  timeInForce: z.enum(TIMES_IN_FORCE as ['day']),
  expireAt: z.iso.datetime({ offset: true, error: 'must be an ISO 8601 time with a zone, such as "2026-12-31T21:00:00Z"' }).exactOptional(),
  extendedHours: z.boolean().exactOptional(),
  orderClass: z.enum(ORDER_CLASSES as ['oco']).exactOptional(),
  takeProfit: z.strictObject({ limitPrice: decimal }).exactOptional(),
  stopLoss: z.strictObject({ stopPrice: decimal, limitPrice: decimal.exactOptional() }).exactOptional(),
}

/** The schema of an order request: strict, one branch for each order type. Rules across fields come after it. */
export const orderRequestSchema: z.ZodType<OrderRequest> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('market'), ...common }),
  z.strictObject({ type: z.literal('limit'), ...common, limitPrice: decimal }),
  z.strictObject({ type: z.literal('stop'), ...common, stopPrice: decimal }),
  z.strictObject({ type: z.literal('stop_limit'), ...common, limitPrice: decimal, stopPrice: decimal }),
  z.strictObject({ type: z.literal('trailing_stop'), ...common, trailAmount: decimal.exactOptional(), trailPercent: decimal.exactOptional() }),
])

/** The schema of the changes a replace may make. */
export const replaceRequestSchema: z.ZodType<ReplaceRequest> = z.strictObject({
  quantity: decimal.exactOptional(), limitPrice: decimal.exactOptional(), stopPrice: decimal.exactOptional(),
  trailAmount: decimal.exactOptional(), trailPercent: decimal.exactOptional(), timeInForce: common.timeInForce.exactOptional(),
})

function toIssues(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key.slice(0, 64)], rule: 'unknown_field', message: `${key.slice(0, 64)} is not a field of this order type` }))
    }
    const field = path.join('.') || 'request'
    const custom = issue.code === 'custom' ? (issue.params as { rule?: string } | undefined)?.rule : undefined
    const missing = issue.code === 'invalid_type' && issue.input === undefined
    return [{ path, rule: custom ?? (missing ? 'required' : issue.code), message: `${field} ${missing ? 'is required' : lowerFirst(issue.message)}` }]
  })
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function crossFieldIssues(request: OrderRequest): Issue[] {
  const issues: Issue[] = []
  const require = (holds: boolean, path: string, rule: string, message: string): void => {
    if (!holds) issues.push({ path: [path], rule, message })
  }
  require((request.quantity === undefined) !== (request.notional === undefined), 'quantity', 'exactly_one', 'exactly one of quantity and notional is required')
  require((request.timeInForce === 'gtd') === (request.expireAt !== undefined), 'expireAt', 'gtd_only', 'expireAt goes with timeInForce "gtd", and gtd needs it')
  if (request.type === 'trailing_stop') {
    require((request.trailAmount === undefined) !== (request.trailPercent === undefined), 'trailAmount', 'exactly_one', 'exactly one of trailAmount and trailPercent is required')
  }
  const { orderClass, takeProfit, stopLoss } = request
  const exits = Number(takeProfit !== undefined) + Number(stopLoss !== undefined)
  if (orderClass === undefined) require(exits === 0, 'orderClass', 'required', 'orderClass is required with takeProfit or stopLoss')
  else if (orderClass === 'oto') require(exits === 1, 'orderClass', 'exits', 'oto takes exactly one of takeProfit and stopLoss')
  else require(exits === 2, 'orderClass', 'exits', `${orderClass} needs both takeProfit and stopLoss`)
  return issues
}

function invalid(issues: readonly Issue[]): SluiceError {
  return new SluiceError('ORDER_INVALID', issues.map((issue) => issue.message).join('; '), { issues })
}

const canonical = (text: string): string => formatDecimal(parseDecimal(text))

/** A copy with the named decimals in canonical form and absent fields left out. */
function canonicalDecimals<Key extends string>(source: Readonly<Partial<Record<Key, string>>>, keys: readonly Key[]): Partial<Record<Key, string>> {
  const result: Partial<Record<Key, string>> = {}
  for (const key of keys) {
    const value = source[key]
    if (value !== undefined) result[key] = canonical(value)
  }
  return result
}

const NUMBERS = ['quantity', 'notional', 'limitPrice', 'stopPrice', 'trailAmount', 'trailPercent'] as const

function toTerms(request: OrderRequest): OrderTerms {
  const { strategy, expireAt, orderClass, takeProfit, stopLoss } = request
  return {
    account: request.account ?? 'main',
    ...(strategy !== undefined && { strategy }),
    symbol: request.symbol,
    side: request.side,
    type: request.type,
    ...canonicalDecimals(request as Partial<Record<(typeof NUMBERS)[number], string>>, NUMBERS),
    timeInForce: request.timeInForce,
    ...(expireAt !== undefined && { expireAt: toIso(fromIso(expireAt)) }),
    extendedHours: request.extendedHours ?? false,
    ...(orderClass !== undefined && { orderClass }),
    ...(takeProfit !== undefined && { takeProfit: { limitPrice: canonical(takeProfit.limitPrice) } }),
    ...(stopLoss !== undefined && {
      stopLoss: {
        stopPrice: canonical(stopLoss.stopPrice),
        ...(stopLoss.limitPrice !== undefined && { limitPrice: canonical(stopLoss.limitPrice) }),
      },
    }),
  }
}

/** A request that may be trusted. */
export interface ParsedRequest {
  readonly terms: OrderTerms
  readonly idempotencyKey: string | undefined
}

/**
 * Turns anything into canonical terms.
 * @throws SluiceError ORDER_INVALID with one issue for each broken rule.
 */
export function parseOrderRequest(input: unknown): ParsedRequest {
  const result = orderRequestSchema.safeParse(input)
  if (!result.success) throw invalid(toIssues(result.error))
  const issues = crossFieldIssues(result.data)
  if (issues.length > 0) throw invalid(issues)
  return { terms: toTerms(result.data), idempotencyKey: result.data.idempotencyKey }
}

/**
 * Turns anything into canonical changes of an order.
 * @throws SluiceError ORDER_INVALID, also when a changed field does not belong to the order's type.
 */
export function parseReplaceRequest(input: unknown, terms: OrderTerms): ReplaceRequest {
  const result = replaceRequestSchema.safeParse(input)
  if (!result.success) throw invalid(toIssues(result.error))
  const changes = result.data
  const issues: Issue[] = []
  if (Object.keys(changes).length === 0) issues.push({ path: [], rule: 'required', message: 'a replace changes at least one field' })
  for (const key of ['quantity', 'limitPrice', 'stopPrice', 'trailAmount', 'trailPercent'] as const) {
    if (changes[key] !== undefined && terms[key] === undefined) {
      issues.push({ path: [key], rule: 'unknown_field', message: `${key} is not a field of this order` })
    }
  }
  if (issues.length > 0) throw invalid(issues)
  return { ...canonicalDecimals(changes, ['quantity', 'limitPrice', 'stopPrice', 'trailAmount', 'trailPercent']), ...(changes.timeInForce !== undefined && { timeInForce: changes.timeInForce }) }
}
