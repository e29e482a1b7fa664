import type { AdapterContext, Timer } from '@sluice/core'
import type { AlpacaSettings } from '../options.ts'
import { createRetryDelay } from './retry-delay.ts'
import { openTradeConnection, type TradeConnection } from './trade-connection.ts'
import type { ConnectionEnd } from './watched-socket.ts'

/** Keeps one connection to the stream up, and says when updates may have been lost. */
export interface StreamSupervisor {
  /** Resolves at Alpaca's acknowledgement; rejects when that is not possible now. From then on it mends itself. */
  connect(): Promise<void>
  /** Updates flow. */
  isReady(): boolean
  /** Something is missing or unreadable: the service is to compare, while updates go on. */
  declareGap(reason: string): void
  pause(): void
  resume(): void
  close(): void
}

export interface StreamSupervisorOptions {
  readonly settings: AlpacaSettings
  readonly context: AdapterContext
  readonly onFrame: (data: unknown) => void
  readonly onGap: () => void
}

export function createStreamSupervisor({ settings, context, onFrame, onGap }: StreamSupervisorOptions): StreamSupervisor {
  const { clock, logger } = context
  const retries = createRetryDelay(settings, clock)
  let connection: TradeConnection | undefined
  let retry: Timer | undefined
  let ready = false
  let closed = false
  let abandon: (() => void) | undefined

  const report = (state: 'connecting' | 'ready' | 'gap', reason?: string): void => {
    context.deliver({ kind: 'connection', state, ...(reason !== undefined && { reason }) }).catch(() => undefined)
  }
  const gap = (reason: string): void => {
    onGap()
    report('gap', reason)
  }
  const delayAfter = (end: ConnectionEnd): number => {
    if (end.kind !== 'lost') logger.error('Alpaca refuses the stream of trade updates: new orders wait for it', { reason: end.reason })
    return retries.after(end)
  }
  const patientUntil = clock.monotonic() + settings.connectPatience
  const open = (first?: { readonly resolve: () => void; readonly reject: (error: Error) => void }): void => {
    let waiting = first
    connection = openTradeConnection(settings, clock, {
      onReady: () => {
        ready = true
        retries.reset()
        report('ready')
        waiting?.resolve()
        waiting = undefined
      },
      onFrame,
      onEnd: (end) => {
        connection = undefined
        if (closed) return
        const delay = delayAfter(end)
        if (waiting !== undefined && (end.kind !== 'occupied' || clock.monotonic() + delay > patientUntil)) {
          waiting.reject(new Error(`the stream of trade updates cannot be opened: ${end.reason}`))
          return
        }
        const lost = ready
        ready = false
        if (lost) gap(end.reason)
        logger.warn('the stream of trade updates ended and is opened again', { reason: end.reason, delay: Math.round(delay) })
        retry = clock.setTimer(() => { if (!closed) open(waiting) }, delay, true)
      },
    })
  }

  return {
    connect: () => new Promise((resolve, reject) => {
      report('connecting')
      abandon = () => { reject(new Error('the connection to Alpaca was closed before it stood')) }
      open({ resolve, reject })
    }),
    isReady: () => ready,
    declareGap: (reason) => {
      logger.warn('trade updates may have been lost: comparing with Alpaca', { reason })
      gap(reason)
      if (ready) report('ready')
    },
    pause: () => { connection?.pause() },
    resume: () => { connection?.resume() },
    close: () => {
      closed = true
      ready = false
      retry?.cancel()
      connection?.close()
      abandon?.()
    },
  }
}
