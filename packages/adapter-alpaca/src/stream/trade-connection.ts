import type { Clock } from '@sluice/core'
import type { AlpacaSettings } from '../options.ts'
import { frameSchema } from '../rest/wire.ts'
import { type ConnectionEnd, openWatchedSocket } from './watched-socket.ts'

/** What one connection tells; each call back comes in the tick of its cause. */
export interface TradeConnectionEvents {
  /** Alpaca has acknowledged that it sends trade updates. */
  onReady(): void
  /** The data of one `trade_updates` frame, unread; undefined for a frame that is none. */
  onFrame(data: unknown): void
  /** Once, at the end. */
  onEnd(end: ConnectionEnd): void
}

export interface TradeConnection {
  close(): void
  /** Stops reading, and so the sender, until `resume`. */
  pause(): void
  resume(): void
}

type Step = 'authorisation' | 'acknowledgement' | 'listening'

/** One attempt at the stream: handshake, authorisation, listen, each with a watchdog; then frames, and pings into silence. */
export function openTradeConnection(settings: AlpacaSettings, clock: Clock, events: TradeConnectionEvents): TradeConnection {
  let step: Step = 'authorisation'
  const socket = openWatchedSocket(settings.streamUrl, settings, clock, {
    onOpen: () => {
      socket.enter(step)
      socket.send({ action: 'authenticate', data: { key_id: settings.keyId, secret_key: settings.secretKey } })
    },
    onMessage: (message) => {
      const frame = frameSchema.safeParse(message)
      if (!frame.success) { if (step === 'listening') events.onFrame(undefined); return }
      const { stream, data: content } = frame.data
      const details = (typeof content === 'object' && content !== null ? content : {}) as { readonly status?: unknown; readonly streams?: unknown }
      if (stream === 'authorization') {
        if (details.status !== 'authorized') { socket.end('refused', 'Alpaca refused the key'); return }
        if (step !== 'authorisation') return
        step = 'acknowledgement'
        socket.enter(step)
        socket.send({ action: 'listen', data: { streams: ['trade_updates'] } })
      } else if (stream === 'listening') {
        if (!Array.isArray(details.streams) || !details.streams.includes('trade_updates')) { socket.end('refused', 'Alpaca does not send trade updates'); return }
        if (step === 'listening') return
        step = 'listening'
        socket.live()
        events.onReady()
      } else if (stream === 'trade_updates') events.onFrame(content)
    },
    onEnd: (end) => { events.onEnd(end) },
  })
  return socket
}
