import type { Socket } from 'node:net'
import { type Clock, type Logger, SluiceError, type Timer } from '@sluice/core'
import type { FieldList } from '../codec/encoder.ts'
import type { NoticeCode, SessionOptions } from '../session/session-types.ts'
import type { FixStore } from '../store/fix-store.ts'
import { type FixAddress, type FixTlsOptions, openSocket } from './open-socket.ts'
import { createSessionRunner, type Delivery, type IncomingMessage, type SessionRunner } from './session-runner.ts'
import { type SocketLine, socketLine } from './socket-line.ts'

export interface FixConnectionOptions {
  readonly session: SessionOptions
  /** Where to connect to, in the order of preference; after the last the first comes again. */
  readonly addresses: readonly FixAddress[]
  /** Default: no TLS, for lines that a tunnel or a cross-connect protects. */
  readonly tls?: FixTlsOptions
  readonly store: FixStore
  readonly clock: Clock
  readonly logger: Logger
  readonly onMessage: (incoming: IncomingMessage) => Promise<void>
  /** `up`: logged on. `down`: a line that was up is no more. */
  readonly onState: (state: 'up' | 'down', reason: string) => void
  readonly onNotice?: (code: NoticeCode, text: string) => void
  /** The store is open; nothing is sent yet. */
  readonly onOpen?: (nextSender: number) => void
  /** First wait before another attempt, in ms; it doubles with each. Default 500. */
  readonly reconnectDelay?: number
  /** The longest wait, in ms. Default 30000. */
  readonly maximumReconnectDelay?: number
  /** How long one attempt to connect may take, in ms. Default 10000. */
  readonly connectTimeout?: number
}

/** An initiator that stays connected. */
export interface FixConnection {
  readonly isUp: boolean
  /** The other side does not keep up: do not send new orders. */
  readonly isSlow: boolean
  /** Messages that were missed have not all come. */
  readonly hasGap: boolean
  /** Opens the store and connects. Resolves when it is logged on; rejects with the store's error, or when the first try at all hosts fails. */
  open(): Promise<void>
  send(type: string, fields: FieldList, delivery?: Delivery): void
  /** Logs out, closes the line and the store. */
  close(): Promise<void>
}

/** A share of the wait, from 0.5 up to 1, that differs by session and attempt: many sessions do not come back in step. */
function jitter(name: string, attempt: number, time: number): number {
  let hash = 2_166_136_261
  for (const character of `${name}:${attempt}:${time}`) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619)
  return 0.5 + (hash >>> 16) / 131_072
}

export function createFixConnection(options: FixConnectionOptions): FixConnection {
  const { session, addresses, tls, store, clock, logger, onMessage, onState, onNotice, reconnectDelay = 500, maximumReconnectDelay = 30_000, connectTimeout = 10_000 } = options
  let runner: SessionRunner | undefined
  let line: SocketLine | undefined
  let socket: Socket | undefined
  let attempt = 0
  let isUp = false
  let isClosed = false
  let retry: Timer | undefined
  let attempting: AbortController | undefined
  let lastReason = ''
  let whenUp: { readonly resolve: () => void; readonly reject: (error: Error) => void } | undefined
  let whenDown: (() => void) | undefined

  const down = (reason: string): void => {
    const wasUp = isUp
    isUp = false
    socket = undefined
    line = undefined
    runner?.disconnected()
    if (wasUp) onState('down', reason)
    whenDown?.()
    if (isClosed) return
    if (whenUp !== undefined && attempt >= addresses.length) {
      whenUp.reject(new SluiceError('NOT_READY', `no FIX session: ${reason}`, { retryable: true }))
      whenUp = undefined
      isClosed = true
      return
    }
    const delay = Math.min(maximumReconnectDelay, reconnectDelay * 2 ** Math.min(Math.max(attempt - 1, 0), 16))
    retry = clock.setTimer(() => { void connect() }, delay * jitter(session.senderCompId, attempt, clock.now()))
  }
  const attach = (opened: Socket): void => {
    socket = opened
    line = socketLine(opened)
    lastReason = 'the line was cut'
    opened.on('data', (chunk: Uint8Array) => { if (socket === opened) runner?.received(chunk) })
    opened.on('error', (error) => { lastReason = error.message })
    opened.on('close', () => { if (socket === opened) down(lastReason) })
    runner?.connected(line)
  }
  const connect = async (): Promise<void> => {
    const address = addresses[attempt % addresses.length]
    if (address === undefined || isClosed) return
    attempt += 1
    // Nobody is called at night: the next attempt looks at the hours again.
    if (session.schedule?.isOpen(clock.now()) === false) {
      down('outside of the schedule')
      return
    }
    const abort = new AbortController()
    attempting = abort
    const limit = clock.setTimer(() => { abort.abort() }, connectTimeout, true)
    try {
      const opened = await openSocket(address, tls, abort.signal)
      if (isClosed) opened.destroy()
      else attach(opened)
    } catch (error) {
      logger.warn('fix connection failed', { host: address.host, port: address.port, error: String(error) })
      down(error instanceof Error ? error.message : String(error))
    } finally {
      limit.cancel()
    }
  }
  const loggedOn = (): void => {
    isUp = true
    attempt = 0
    onState('up', 'logged on')
    whenUp?.resolve()
    whenUp = undefined
  }

  return {
    get isUp() { return isUp && runner?.status === 'active' },
    get hasGap() { return runner?.hasGap ?? false },
    get isSlow() { return line?.isSlow() ?? false },
    open: async () => {
      const numbers = await store.open(clock.now())
      options.onOpen?.(numbers.nextSender)
      runner = createSessionRunner({
        session, numbers, store, clock, logger, onMessage,
        onNotice: (code, text) => {
          if (code === 'logged_on') loggedOn()
          if (code === 'logged_out' || code === 'refused') lastReason = text
          onNotice?.(code, text)
        },
        onDisconnect: (reason) => { lastReason = reason },
        onStoreFailure: (error) => {
          logger.error('the FIX store has failed', { error: error.message })
          lastReason = 'the store has failed'
          socket?.destroy()
        },
      })
      try {
        await new Promise<void>((resolve, reject) => {
          whenUp = { resolve, reject }
          void connect()
        })
      } catch (error) {
        await store.close()
        throw error
      }
    },
    send: (type, fields, delivery) => {
      if (runner === undefined) delivery?.unsent?.('not connected')
      else runner.send(type, fields, delivery)
    },
    close: async () => {
      if (isClosed) return
      isClosed = true
      retry?.cancel()
      attempting?.abort()
      whenUp?.reject(new SluiceError('CLOSED', 'the FIX session was closed'))
      if (socket !== undefined) {
        const ended = new Promise<void>((resolve) => { whenDown = resolve })
        const limit = clock.setTimer(() => { socket?.destroy() }, (session.logoutTimeout ?? 2_000) + 500, true)
        runner?.logout()
        await ended
        limit.cancel()
      }
      runner?.close()
      if (runner !== undefined) await store.close()
    },
  }
}
