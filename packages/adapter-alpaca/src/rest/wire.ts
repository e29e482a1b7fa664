import { formatDecimal, parseBrokerDecimal } from '@sluice/core'
import { z } from 'zod'

type Text = string | undefined

/** An order as REST and the stream write it; only what is read is described, anything more may come. Numbers are canonical. */
export interface WireOrder {
  readonly id: string
  readonly client_order_id: string
  readonly status: string
  readonly symbol?: Text
  readonly side?: Text
  readonly type?: Text
  readonly time_in_force?: Text
  readonly position_intent?: Text
  readonly order_class?: Text
  /** The exits, where the record shows them. */
  readonly legs?: readonly WireOrder[] | undefined
  readonly qty?: Text
  readonly notional?: Text
  readonly filled_qty?: Text
  readonly filled_avg_price?: Text
  readonly limit_price?: Text
  readonly stop_price?: Text
  readonly created_at?: Text
  readonly updated_at?: Text
  readonly replaced_by?: Text
  readonly replaces?: Text
}

/** A trade, as account activities tell it. */
export interface WireActivity {
  readonly id: string
  readonly order_id: string
  readonly symbol: string
  readonly side: string
  readonly qty: string
  readonly price: string
  readonly cum_qty: string
  readonly transaction_time: string
}

export interface WirePosition {
  readonly symbol: string
  readonly asset_class?: Text
  readonly side?: Text
  readonly qty: string
  readonly avg_entry_price: string
}

export interface WireAccount {
  readonly status: string
  readonly currency?: Text
  readonly equity: string
  readonly last_equity?: Text
  readonly cash: string
  readonly buying_power: string
  readonly account_blocked: boolean
  readonly trading_blocked: boolean
  readonly trade_suspended_by_user: boolean
  readonly shorting_enabled: boolean
  /** 0: no options at all. Undefined where Alpaca does not say. */
  readonly options_trading_level?: number | undefined
}

/** What the owner of the account allows. */
export interface WireConfiguration {
  readonly suspend_trade: boolean
  readonly no_shorting: boolean
  readonly fractional_trading: boolean
  readonly max_options_trading_level?: number | undefined
}

export interface WireAsset {
  readonly symbol: string
  readonly class: string
  readonly status: string
  readonly tradable: boolean
  readonly shortable: boolean
  readonly fractionable: boolean
  readonly min_trade_increment?: Text
  readonly price_increment?: Text
}

export interface WireContract {
  readonly symbol: string
  readonly status: string
  readonly tradable: boolean
  readonly multiplier: string
}

/** A trading day, in the time of New York. */
export interface WireDay {
  readonly date: string
  readonly open: string
  readonly close: string
  /** With the hours before and after, where Alpaca says them: half days end earlier. */
  readonly session_open?: Text
  readonly session_close?: Text
}

export interface WireQuotes {
  readonly quotes: Readonly<Record<string, { readonly t: string; readonly bp: string; readonly ap: string }>>
}

/** One message of a market data stream: a quote (`q`), or a word about the connection. */
export interface WireMarketMessage {
  readonly T: string
  readonly S?: Text
  readonly bp?: Text
  readonly ap?: Text
  readonly t?: Text
  readonly msg?: Text
  readonly code?: number | undefined
  readonly quotes?: readonly string[] | undefined
}

/** One trade update. */
export interface WireUpdate {
  readonly event: string
  readonly order: WireOrder
  readonly execution_id?: Text
  readonly timestamp?: Text
  readonly at?: Text
  readonly price?: Text
  readonly qty?: Text
  readonly reason?: Text
}

/** A frame of the stream: which stream, and its data unread. */
export interface WireFrame {
  readonly stream: string
  readonly data?: unknown
}

/** JSON writes very small numbers with an exponent. */
const decimalText = (value: string | number): string => (typeof value === 'number' && /e/i.test(String(value)) ? value.toFixed(9) : String(value))

const optionalAmount = z.union([z.string(), z.number()]).nullish().transform((value, context): Text => {
  if (value === undefined || value === null || value === '') return undefined
  const parsed = parseBrokerDecimal(decimalText(value))
  if (parsed !== undefined) return formatDecimal(parsed.units)
  context.addIssue({ code: 'custom', message: 'is not a number' })
  return z.NEVER
})
const amount = optionalAmount.transform((value, context): string => {
  if (value !== undefined) return value
  context.addIssue({ code: 'custom', message: 'is required' })
  return z.NEVER
})
const text = z.string().nullish().transform((value): Text => value ?? undefined)
const name = z.string().min(1)
const level = z.number().nullish().transform((value) => value ?? undefined)
const flag = z.boolean().nullish().transform((value) => value ?? false)

const plainOrderSchema = z.object({
  id: name, client_order_id: name, status: name, symbol: text, side: text, type: text, time_in_force: text, position_intent: text,
  qty: optionalAmount, notional: optionalAmount, filled_qty: optionalAmount, filled_avg_price: optionalAmount, limit_price: optionalAmount, stop_price: optionalAmount,
  created_at: text, updated_at: text, replaced_by: text, replaces: text, order_class: text,
})
export const orderSchema: z.ZodType<WireOrder> = plainOrderSchema.extend({ legs: z.array(plainOrderSchema).nullish().transform((legs) => legs ?? undefined) })
export const ordersSchema: z.ZodType<WireOrder[]> = z.array(orderSchema)

/** What Alpaca says of one order when it cancels all: an HTTP status. */
export interface WireCancelled {
  readonly id: string
  readonly status: number
}
export const cancelledSchema: z.ZodType<WireCancelled[]> = z.array(z.object({ id: name, status: z.number().int() }))

export const activitiesSchema: z.ZodType<WireActivity[]> = z.array(z.object({
  id: name, order_id: name, symbol: name, side: name, qty: amount, price: amount, cum_qty: amount, transaction_time: name,
}))

export const positionsSchema: z.ZodType<WirePosition[]> = z.array(z.object({ symbol: name, asset_class: text, side: text, qty: amount, avg_entry_price: amount }))

export const accountSchema: z.ZodType<WireAccount> = z.object({
  status: name, currency: text, equity: amount, last_equity: optionalAmount, cash: amount, buying_power: amount,
  account_blocked: flag, trading_blocked: flag, trade_suspended_by_user: flag,
  shorting_enabled: z.boolean().nullish().transform((value) => value ?? true), options_trading_level: level,
})

export const configurationSchema: z.ZodType<WireConfiguration> = z.object({
  suspend_trade: flag, no_shorting: flag, fractional_trading: z.boolean().nullish().transform((value) => value ?? true), max_options_trading_level: level,
})
export const assetSchema: z.ZodType<WireAsset> = z.object({
  symbol: name, class: name, status: name, tradable: z.boolean(), shortable: flag, fractionable: flag, min_trade_increment: optionalAmount, price_increment: optionalAmount,
})
export const contractSchema: z.ZodType<WireContract> = z.object({ symbol: name, status: name, tradable: z.boolean(), multiplier: amount })
export const calendarSchema: z.ZodType<WireDay[]> = z.array(z.object({ date: name, open: name, close: name, session_open: text, session_close: text }))
export const quotesSchema: z.ZodType<WireQuotes> = z.object({ quotes: z.record(z.string(), z.object({ t: name, bp: amount, ap: amount })) })

export const marketMessagesSchema: z.ZodType<WireMarketMessage[]> = z.array(z.object({
  T: name, S: text, bp: optionalAmount, ap: optionalAmount, t: text, msg: text, code: z.number().optional(), quotes: z.array(z.string()).optional(),
}))

export const frameSchema: z.ZodType<WireFrame> = z.object({ stream: z.string(), data: z.unknown() })

export const updateSchema: z.ZodType<WireUpdate> = z.object({
  event: name, order: orderSchema, execution_id: text, timestamp: text, at: text, price: optionalAmount, qty: optionalAmount, reason: text,
})
