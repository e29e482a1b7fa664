import { OrdersApi, trading } from '@alpacahq/alpaca-trade-api/rest'
import type { Clock, Permit } from '@sluice/core'
import type { z } from 'zod'
import type { AlpacaSettings } from '../options.ts'
import { classifyError, type RestFailure } from './classify-error.ts'
import { createTokenBucket, type RequestWeight } from './token-bucket.ts'
import * as wire from './wire.ts'

/** The answer to a request, or what its failure means. */
export type RestResult<Value> = { readonly kind: 'answer'; readonly value: Value } | RestFailure

type Body = trading.PostOrderRequest
type Changes = trading.PatchOrderRequest

/** Alpaca's REST interface, each answer parsed and each failure classified. Nothing throws. */
export interface RestClient {
  postOrder(body: Body, permit: Permit): Promise<RestResult<wire.WireOrder>>
  patchOrder(orderId: string, changes: Changes, permit: Permit): Promise<RestResult<wire.WireOrder>>
  deleteOrder(orderId: string): Promise<RestResult<undefined>>
  /** Every open order; a status for each. */
  deleteOrders(): Promise<RestResult<wire.WireCancelled[]>>
  orderById(orderId: string): Promise<RestResult<wire.WireOrder>>
  /** With the exits that it brought. */
  orderGroup(orderId: string): Promise<RestResult<wire.WireOrder>>
  orderByClientId(clientOrderId: string): Promise<RestResult<wire.WireOrder>>
  /** One page, oldest first, after an order. */
  openOrders(afterOrderId: string | undefined): Promise<RestResult<wire.WireOrder[]>>
  /** One page, oldest first: after a time, or after an activity. */
  fills(after: string, pageToken: string | undefined): Promise<RestResult<wire.WireActivity[]>>
  positions(): Promise<RestResult<wire.WirePosition[]>>
  account(): Promise<RestResult<wire.WireAccount>>
  configuration(): Promise<RestResult<wire.WireConfiguration>>
  asset(symbol: string): Promise<RestResult<wire.WireAsset>>
  optionContract(symbol: string): Promise<RestResult<wire.WireContract>>
  /** Trading days from one date to another. */
  calendar(start: string, end: string): Promise<RestResult<wire.WireDay[]>>
  /** The latest quotes, from the market data host, which counts its requests by itself. */
  latestQuotes(path: string, symbols: readonly string[]): Promise<RestResult<wire.WireQuotes>>
  /** Gives up everything under way and takes nothing more. */
  close(): void
}

export const ORDER_PAGE = 500
export const FILL_PAGE = 100

interface Call {
  readonly weight: RequestWeight
  readonly permit?: Permit
}

/** The SDK only ever writes its dates down: so the text may stay as it is, with its nanoseconds. */
function asDate(text: string): Date {
  return { toISOString: () => text } as Date
}

/** An answer that has another form than it should is no answer: the request may have been carried out. */
function toResult<Value>(parsed: z.ZodSafeParseResult<Value>): RestResult<Value> {
  if (parsed.success) return { kind: 'answer', value: parsed.data }
  const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`)
  return { kind: 'ambiguous', reason: `Alpaca's answer is not what it should be: ${issues.slice(0, 3).join(', ')}` }
}

interface RawAnswer {
  readonly raw: Response
}

export function createRestClient(settings: AlpacaSettings, clock: Clock): RestClient {
  const { keyId, secretKey: secret, transport } = settings
  const bucket = createTokenBucket({ clock, perMinute: settings.requestsPerMinute, reserve: settings.reservedRequests })
  const ended = new AbortController()

  const exchange = async (url: string, init: RequestInit, permit: Permit | undefined): Promise<Response> => {
    const timeout = new AbortController()
    const timer = clock.setTimer(() => { timeout.abort(new DOMException(`no answer within ${settings.requestTimeout} ms`, 'TimeoutError')) }, settings.requestTimeout, true)
    try {
      const { method = 'GET', headers = {}, body } = init
      return await transport.send({
        url, method, headers: headers as Record<string, string>, body: typeof body === 'string' ? body : undefined,
        signal: AbortSignal.any([timeout.signal, ended.signal]), permit,
      })
    } finally {
      timer.cancel()
    }
  }
  /** A configuration for one call: the SDK neither retries, nor queues, nor gives up by itself, so that the permit is the last word. */
  const configuration = (permit?: Permit): trading.Configuration => new trading.Configuration({
    basePath: settings.url, keyId, secret, timeoutMs: 0, fetchApi: async (url, init) => {
      const response = await exchange(url, init, permit)
      bucket.learn(response.status, response.headers)
      return response
    },
  })
  const call = async <Value>(read: (raw: Response) => Promise<z.ZodSafeParseResult<Value>>, { weight, permit }: Call, send: (config: trading.Configuration) => Promise<RawAnswer>): Promise<RestResult<Value>> => {
    if (ended.signal.aborted) return { kind: 'not_sent', reason: 'the connection to Alpaca is closed', retryable: true }
    if (!(await bucket.take(weight, settings.longestQueue))) return { kind: 'not_sent', reason: 'the request limit of the account is used up', retryable: true }
    try {
      const { raw } = await send(configuration(permit))
      return toResult(await read(raw))
    } catch (error) {
      return classifyError(error)
    }
  }
  const json = <Value>(schema: z.ZodType<Value>) => async (raw: Response): Promise<z.ZodSafeParseResult<Value>> => schema.safeParse(await raw.json())
  const nothing = (): Promise<z.ZodSafeParseResult<undefined>> => Promise.resolve({ success: true, data: undefined })
  const rescue: Call = { weight: 'rescue' }
  /** What can wait leaves the reserve alone, as orders do. */
  const patient: Call = { weight: 'order' }
  const orders = (config: trading.Configuration): OrdersApi => new OrdersApi(config)

  return {
    postOrder: (postOrderRequest, permit) => call(json(wire.orderSchema), { weight: 'order', permit }, (config) => orders(config).postOrderRaw({ postOrderRequest })),
    patchOrder: (orderId, patchOrderRequest, permit) => call(json(wire.orderSchema), { weight: 'order', permit }, (config) => orders(config).patchOrderByOrderIdRaw({ orderId, patchOrderRequest })),
    deleteOrder: (orderId) => call(nothing, rescue, (config) => orders(config).deleteOrderByOrderIDRaw({ orderId })),
    deleteOrders: () => call(json(wire.cancelledSchema), rescue, (config) => orders(config).deleteAllOrdersRaw()),
    orderById: (orderId) => call(json(wire.orderSchema), rescue, (config) => orders(config).getOrderByOrderIDRaw({ orderId })),
    orderGroup: (orderId) => call(json(wire.orderSchema), rescue, (config) => orders(config).getOrderByOrderIDRaw({ orderId, nested: true })),
    orderByClientId: (clientOrderId) => call(json(wire.orderSchema), rescue, (config) => orders(config).getOrderByClientOrderIdRaw({ clientOrderId })),
    openOrders: (afterOrderId) => call(json(wire.ordersSchema), rescue, (config) => orders(config).getAllOrdersRaw({
      status: 'open', limit: ORDER_PAGE, direction: 'asc', nested: false, ...(afterOrderId !== undefined && { afterOrderId }),
    })),
    fills: (after, pageToken) => call(json(wire.activitiesSchema), rescue, (config) => new trading.AccountActivitiesApi(config).getAccountActivitiesByActivityTypeRaw({
      activityType: 'FILL', after: asDate(after), direction: 'asc', pageSize: FILL_PAGE, ...(pageToken !== undefined && { pageToken }),
    })),
    positions: () => call(json(wire.positionsSchema), rescue, (config) => new trading.PositionsApi(config).getAllOpenPositionsRaw()),
    account: () => call(json(wire.accountSchema), rescue, (config) => new trading.AccountsApi(config).getAccountRaw()),
    configuration: () => call(json(wire.configurationSchema), patient, (config) => new trading.AccountConfigurationsApi(config).getAccountConfigRaw()),
    asset: (symbolOrAssetId) => call(json(wire.assetSchema), patient, (config) => new trading.AssetsApi(config).getV2AssetsSymbolOrAssetIdRaw({ symbolOrAssetId })),
    optionContract: (symbolOrId) => call(json(wire.contractSchema), patient, (config) => new trading.AssetsApi(config).getOptionContractSymbolOrIdRaw({ symbolOrId })),
    calendar: (start, end) => call(json(wire.calendarSchema), patient, (config) => new trading.CalendarApi(config).legacyCalendarRaw({ start: asDate(start), end: asDate(end) })),
    latestQuotes: async (path, symbols) => {
      const url = `${settings.dataUrl}${path}?symbols=${symbols.map(encodeURIComponent).join(',')}`
      try {
        const raw = await exchange(url, { headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secret } }, undefined)
        if (!raw.ok) return classifyError({ status: raw.status, message: 'market data was refused' })
        return toResult(await json(wire.quotesSchema)(raw))
      } catch (error) {
        return classifyError(error)
      }
    },
    close: () => {
      ended.abort(new DOMException('the connection to Alpaca is closed', 'AbortError'))
      transport.close()
    },
  }
}
