// The strategy that keeps the page alive: small orders both ways, around a flat position. It knows nothing of limits and of the
// kill switch; a denial is an answer like any other.
import { type ExecutionService, formatDecimal, type MarketData, type OrderRequest, parseDecimal, placeOrders, type Side } from '@sluice/core'
import { concatMap, type Subscription, timer } from 'rxjs'

const STRATEGY = 'drift'
/** Cheap ones: what it sends in a minute stays far below the value that needs a code. */
const SYMBOLS = ['F', 'NOK', 'PFE', 'T'] as const
const PACE = 2_000
/** Units of a symbol that it does not go beyond, long or short. */
const MOST = 12n
/** How far from the market a limit order waits. */
const DISTANCE = parseDecimal('0.02')
/** How long it may wait, in ms. */
const PATIENCE = 12_000

export interface DriftOptions {
  readonly service: ExecutionService
  /** With it every third order is a limit order that waits near the market. */
  readonly marketData: MarketData | undefined
}

export interface Drift {
  stop(): void
}

export function startDrift({ service, marketData }: DriftOptions): Drift {
  const run = Date.now().toString(36)
  const stopping = new AbortController()

  const sideFor = async (symbol: string): Promise<Side> => {
    const position = (await service.positions()).find((held) => held.symbol === symbol)
    const units = BigInt(Math.trunc(Number(position?.quantity ?? 0)))
    if (units >= MOST) return 'sell'
    return units <= -MOST || Math.random() < 0.5 ? 'buy' : 'sell'
  }
  const signalAt = async (beat: number): Promise<OrderRequest> => {
    const symbol = SYMBOLS[beat % SYMBOLS.length] as string
    const side = await sideFor(symbol)
    const common = { symbol, side, strategy: STRATEGY, quantity: String(1 + Math.floor(Math.random() * 3)), timeInForce: 'day', idempotencyKey: `${STRATEGY}-${run}-${beat}` } as const
    const quote = beat % 3 === 2 ? await marketData?.quote(symbol, stopping.signal).catch(() => undefined) : undefined
    if (quote === undefined) return { ...common, type: 'market' }
    const price = side === 'buy' ? parseDecimal(quote.bid) - DISTANCE : parseDecimal(quote.ask) + DISTANCE
    return { ...common, type: 'limit', limitPrice: formatDecimal(price) }
  }
  /** Its own limit orders that have waited long enough, those of an earlier run included. */
  const cancelOld = async (): Promise<void> => {
    const open = await service.listOrders({ strategy: STRATEGY, open: true })
    const old = open.filter((order) => Date.parse(order.createdAt) < Date.now() - PATIENCE)
    // A refusal says that it has just traded.
    await Promise.allSettled(old.map((order) => service.cancelOrder(order.id, { actor: STRATEGY, reason: 'waited long enough' })))
  }

  const signals$ = timer(250, PACE).pipe(concatMap(async (beat) => {
    await cancelOld()
    return signalAt(beat)
  }))
  const running: Subscription = signals$.pipe(placeOrders(service, { actor: STRATEGY })).subscribe({
    error: (error: unknown) => { console.error('The drift strategy has stopped:', error) },
  })
  return {
    stop: () => {
      running.unsubscribe()
      stopping.abort()
    },
  }
}
