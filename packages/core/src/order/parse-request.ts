import { z } from 'zod'
import { fromIso, toIso } from '../runtime/clock.ts'
import { type Issue, SluiceError } from '../runtime/errors.ts'
import { formatDecimal, isDecimal, parseDecimal } from './decimal.ts'
import {
  ORDER_CLASSES, ORDER_TYPES, type OrderRequest, type OrderTerms, type ReplaceRequest, SIDES, TIMES_IN_FORCE,
} from './request.ts'

const DECIMAL_HELP = 'must be a positive decimal string such as "187.50", with at most 12 digits before the point and 9 after it'

// The pattern is for documents made from the schema; the check is one function for every place that reads a decimal.
const decimal = z.string(DECIMAL_HELP).refine((text) => isDecimal(text) && /[1-9]/.test(text), DECIMAL_HELP).meta({ pattern: '^(?=.*[1-9])(?:0|[1-9]\\d{0,11})(?:\\.\\d{1,9})?$' })
const oneOf = (values: readonly string[]): string => `must be one of ${values.join(', ')}`
const text = (pattern: RegExp, help: string): z.ZodString => z.string(help).regex(pattern, help)

// Only from 1970 to 9989: in UTC, a year beside that range may have another sign or another length.
const TIME_HELP = 'must be an ISO 8601 time with a zone, such as "2026-12-31T21:00:00Z"'
const time = z.iso.datetime({ offset: true, error: TIME_HELP }).refine((written) => /^(?:19[7-9]|[2-8]\d\d|9[0-8]\d|99[0-8])/.test(written), TIME_HELP)

// Where a field may be left out, an explicit undefined counts as left out: callers build requests from optional values.
const common = {
  idempotencyKey: text(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable ASCII characters without spaces').optional(),
  account: text(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/, 'must be 1 to 64 characters of letters, digits, "_", ".", "-", beginning with a letter or digit').optional(),
  strategy: text(/^[\x21-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters without spaces').optional(),
  symbol: text(/^[A-Z0-9][A-Z0-9./-]{0,31}$/, 'must be 1 to 32 characters of A-Z, 0-9, ".", "/", "-", beginning with a letter or digit'),
  side: z.enum(SIDES, oneOf(SIDES)),
  quantity: decimal.optional(),
  notional: decimal.optional(),
  timeInForce: z.enum(TIMES_IN_FORCE, oneOf(TIMES_IN_FORCE)),
  expireAt: time.optional(),
  extendedHours: z.boolean('must be true or false').optional(),
  orderClass: z.enum(ORDER_CLASSES, oneOf(ORDER_CLASSES)).optional(),
  takeProfit: z.strictObject({ limitPrice: decimal }).optional(),
  stopLoss: z.strictObject({ stopPrice: decimal, limitPrice: decimal.optional() }).optional(),
}

const requestUnion = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('market'), ...common }),
  z.strictObject({ type: z.literal('limit'), ...common, limitPrice: decimal }),
  z.strictObject({ type: z.literal('stop'), ...common, stopPrice: decimal }),
  z.strictObject({ type: z.literal('stop_limit'), ...common, limitPrice: decimal, stopPrice: decimal }),
  z.strictObject({ type: z.literal('trailing_stop'), ...common, trailAmount: decimal.optional(), trailPercent: decimal.optional() }),
], oneOf(ORDER_TYPES))

const replaceObject = z.strictObject({
  quantity: decimal.optional(), limitPrice: decimal.optional(), stopPrice: decimal.optional(),
  trailAmount: decimal.optional(), trailPercent: decimal.optional(), timeInForce: common.timeInForce.optional(),
})

/** The schema of an order request: strict, one branch for each order type. Rules across fields come after it. */
export const orderRequestSchema: z.ZodType<OrderRequest> = requestUnion as unknown as z.ZodType<OrderRequest>

/** The schema of the changes a replace may make. */
export const replaceRequestSchema: z.ZodType<ReplaceRequest> = replaceObject as unknown as z.ZodType<ReplaceRequest>

/** More than a person reads; a request with a thousand unknown fields must not fill the log. */
const MOST_ISSUES = 20

/** A piece of the input that may be shown: short, printable, on one line. */
const shown = (part: PropertyKey): string => String(part).slice(0, 64).replaceAll(/[^\x20-\x7e]/g, '?')

function ruleOf(issue: z.core.$ZodIssue): string {
  if (issue.input === undefined && (issue.code === 'invalid_type' || issue.code === 'invalid_value')) return 'required'
  switch (issue.code) {
    case 'invalid_type': return issue.message === DECIMAL_HELP ? 'decimal' : 'type'
    case 'invalid_value': return 'one_of'
    case 'invalid_union': return (issue.input as { type?: unknown } | undefined)?.type === undefined ? 'required' : 'one_of'
    case 'custom': return issue.message === DECIMAL_HELP ? 'decimal' : 'format'
    default: return 'format'
  }
}

function toIssues(error: z.ZodError): Issue[] {
  const issues: Issue[] = []
  for (const issue of error.issues) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : shown(part)))
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, MOST_ISSUES)) issues.push({ path: [...path, shown(key)], rule: 'unknown_field', message: `${shown(key)} is not a field of this ${path.length === 0 ? 'order type' : path.join('.')}` })
      continue
    }
    const rule = path.length === 0 ? 'type' : ruleOf(issue)
    // One word on each field is enough.
    if (issues.at(-1)?.path.join('.') === path.join('.') && path.length > 0) continue
    // What the schema has no words for is a value that should be an object.
    const help = issue.message.startsWith('must be ') ? issue.message : 'must be an object'
    issues.push({ path, rule, message: path.length === 0 ? 'an order must be an object' : `${path.join('.')} ${rule === 'required' ? `is required and ${help}` : help}` })
  }
  return issues.slice(0, MOST_ISSUES)
}

/** Reads the input once; whatever it is made of, a getter or a proxy that throws included, what comes out is plain. */
function read<Value>(schema: z.ZodType<Value>, input: unknown): Value {
  let result: z.ZodSafeParseResult<Value>
  try {
    result = schema.safeParse(input, { reportInput: true })
  } catch (cause) {
    throw invalid([{ path: [], rule: 'type', message: 'an order must be a plain object' }], cause)
  }
  if (!result.success) throw invalid(toIssues(result.error))
  return result.data
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

function invalid(issues: readonly Issue[], cause?: unknown): SluiceError {
  return new SluiceError('ORDER_INVALID', issues.map((issue) => issue.message).join('; '), { issues, cause })
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

const REPLACEABLE = ['quantity', 'limitPrice', 'stopPrice', 'trailAmount', 'trailPercent'] as const
const NUMBERS = ['notional', ...REPLACEABLE] as const

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
  const request = read(orderRequestSchema, input)
  const issues = crossFieldIssues(request)
  if (issues.length > 0) throw invalid(issues)
  return { terms: toTerms(request), idempotencyKey: request.idempotencyKey }
}

/**
 * Turns anything into canonical changes of an order.
 * @throws SluiceError ORDER_INVALID, also when a changed field does not belong to the order's type.
 */
export function parseReplaceRequest(input: unknown, terms: OrderTerms): ReplaceRequest {
  const changes = read(replaceRequestSchema, input)
  const issues: Issue[] = []
  if (Object.values(changes).every((value) => value === undefined)) issues.push({ path: [], rule: 'required', message: 'a replace changes at least one field' })
  for (const key of REPLACEABLE) {
    if (changes[key] !== undefined && terms[key] === undefined) {
      issues.push({ path: [key], rule: 'unknown_field', message: `${key} is not a field of this order` })
    }
  }
  const { timeInForce } = changes
  if (timeInForce !== undefined && (timeInForce === 'gtd') !== (terms.timeInForce === 'gtd')) {
    issues.push({ path: ['timeInForce'], rule: 'gtd_only', message: 'timeInForce cannot change to or from gtd, which goes with expireAt; place a new order' })
  }
  if (issues.length > 0) throw invalid(issues)
  return { ...canonicalDecimals(changes, REPLACEABLE), ...(timeInForce !== undefined && { timeInForce }) }
}
