import type { Clock, LogFields, Logger, Timer } from '@sluice/core'
import type { FieldList } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import { createScanner } from '../codec/scanner.ts'
import { createMessageWriter } from '../session/message-writer.ts'
import { isSessionMessage } from '../session/replay.ts'
import { createSession } from '../session/session.ts'
import type { NoticeCode, SessionAction, SessionEvent, SessionNumbers, SessionOptions, SessionStatus } from '../session/session-types.ts'
import type { FixStore } from '../store/fix-store.ts'

/** What happens to one message on its way out. */
export interface Delivery {
  /** Asked in the tick of the write; false turns the stored number into a gap. Default: may be written. */
  readonly permit?: () => boolean
  /** A message that a cut line overtook is never sent later: its number becomes a gap. Default false: the counterparty may ask for it. */
  readonly onlyNow?: boolean
  /** In the tick of the write. */
  readonly written?: (sequence: number) => void
  /** It was not written and never will be. */
  readonly unsent?: (reason: string) => void
}

export interface IncomingMessage {
  readonly message: MessageView
  readonly sequence: number
  readonly possDup: boolean
  readonly possResend: boolean
}

/** The line, as the runner sees it. */
export interface Line {
  write(bytes: Uint8Array): void
  /** Stops and goes on with reading. */
  pause(): void
  resume(): void
  /** Closes the line when what was written has left. */
  end(): void
}

export interface SessionRunnerOptions {
  readonly session: SessionOptions
  readonly numbers: SessionNumbers
  readonly store: FixStore
  readonly clock: Clock
  readonly logger: Logger
  /** Resolves when the message is consumed for good; only then does the expected number move on for the next start. */
  readonly onMessage: (incoming: IncomingMessage) => Promise<void>
  readonly onNotice?: (code: NoticeCode, text: string) => void
  readonly onDisconnect?: (reason: string) => void
  /** The store has failed: nothing can be sent any more. */
  readonly onStoreFailure?: (error: Error) => void
  /** Deliveries that may be open before reading stops. Default 1000. */
  readonly maximumOpenDeliveries?: number
}

/** A session with a store, a clock and, at times, a line. */
export interface SessionRunner {
  readonly status: SessionStatus
  readonly hasGap: boolean
  connected(line: Line): void
  received(chunk: Uint8Array): void
  disconnected(): void
  send(type: string, fields: FieldList, delivery?: Delivery): void
  logout(text?: string): void
  close(): void
}

const NOTHING = new Uint8Array(0)

interface Outgoing {
  readonly sequence: number
  readonly type: string
  readonly bytes: Uint8Array
  readonly line: Line | undefined
  readonly delivery: Delivery | undefined
  isReady: boolean
  error: Error | undefined
}

export function createSessionRunner(options: SessionRunnerOptions): SessionRunner {
  const { store, clock, logger, onMessage, onNotice, onDisconnect, onStoreFailure, maximumOpenDeliveries = 1000 } = options
  const { dictionary, maximumMessageSize = 65_536 } = options.session
  const session = createSession(options.session, options.numbers)
  const scanner = createScanner({ dictionary, maximumMessageSize })
  const writer = createMessageWriter(options.session)
  const outgoing: Outgoing[] = []
  const actions: SessionAction[] = []
  let line: Line | undefined
  let timer: Timer | undefined
  let isActing = false
  let openDeliveries = 0
  let isPaused = false

  const keep = (record: Parameters<FixStore['append']>[0]): void => {
    store.append(record, (error) => { if (error !== undefined) onStoreFailure?.(error) })
  }
  /** The number was taken and will not be used: neither now nor when somebody asks for it. */
  const makeGap = (entry: Outgoing, reason: string): void => {
    keep({ kind: 'gap', sequence: entry.sequence })
    if (line !== undefined && line === entry.line) line.write(writer.write('4', entry.sequence, clock.now(), [[123, true], [36, entry.sequence + 1]]))
    entry.delivery?.unsent?.(reason)
  }
  const writeOut = (entry: Outgoing): void => {
    const { delivery } = entry
    if (entry.error !== undefined) delivery?.unsent?.(entry.error.message)
    else if (line === undefined || line !== entry.line) {
      if (delivery?.onlyNow === true) makeGap(entry, 'the line was cut before the message was written')
      else delivery?.unsent?.('the line was cut before the message was written')
    } else if (delivery?.permit !== undefined && !delivery.permit()) makeGap(entry, 'the permit was refused')
    else {
      line.write(entry.bytes)
      delivery?.written?.(entry.sequence)
    }
  }
  const flush = (): void => {
    for (let entry = outgoing[0]; entry?.isReady === true; entry = outgoing[0]) {
      outgoing.shift()
      writeOut(entry)
    }
  }
  const send = (action: Extract<SessionAction, { kind: 'send' }>): void => {
    const { sequence, type, bytes } = action
    const entry: Outgoing = { sequence, type, bytes, line, delivery: action.reference as Delivery | undefined, isReady: !action.stored, error: undefined }
    outgoing.push(entry)
    if (action.stored) {
      // Session messages are never sent again, and a Logon holds a password: only their numbers are kept.
      store.append({ kind: 'message', sequence, bytes: isSessionMessage(type) ? NOTHING : bytes }, (error) => {
        entry.isReady = true
        entry.error = error
        if (error !== undefined) onStoreFailure?.(error)
        flush()
      })
    } else flush()
  }
  const openDelivery = (change: 1 | -1): void => {
    openDeliveries += change
    if (!isPaused && openDeliveries >= maximumOpenDeliveries) {
      isPaused = true
      line?.pause()
    } else if (isPaused && openDeliveries <= maximumOpenDeliveries / 2) {
      isPaused = false
      line?.resume()
    }
  }
  const deliver = (action: Extract<SessionAction, { kind: 'deliver' }>): void => {
    openDelivery(1)
    onMessage(action).then(
      () => {
        openDelivery(-1)
        handle({ kind: 'delivered', receipt: action.receipt })
      },
      (error: unknown) => {
        // Not consumed: the number stays where it is, and the next start hears the message again.
        openDelivery(-1)
        logger.error('a FIX message could not be consumed', { sequence: action.sequence, error: String(error) })
      },
    )
  }
  const disconnect = (reason: string): void => {
    const old = line
    line = undefined
    old?.end()
    onDisconnect?.(reason)
  }
  const act = (action: SessionAction): void => {
    switch (action.kind) {
      case 'send': send(action); break
      case 'unsent': (action.reference as Delivery | undefined)?.unsent?.(action.reason); break
      case 'deliver': deliver(action); break
      case 'load': handle({ kind: 'loaded', from: action.from, to: action.to, messages: store.read(action.from, action.to) }); break
      case 'target': keep({ kind: 'target', next: action.next }); break
      case 'reset': keep({ kind: 'reset', numbers: action.numbers }); break
      case 'disconnect': disconnectWhenFlushed(action.reason); break
      case 'notice': {
        const fields: LogFields = { code: action.code, text: action.text }
        if (action.code === 'logged_on' || action.code === 'gap_filled' || action.code === 'duplicate') logger.info('fix session', fields)
        else logger.warn('fix session', fields)
        onNotice?.(action.code, action.text)
        break
      }
    }
  }
  /** What was to be said before the end is still written. */
  const disconnectWhenFlushed = (reason: string): void => {
    const last = outgoing.at(-1)
    if (last === undefined) disconnect(reason)
    else {
      outgoing.push({ sequence: 0, type: '', bytes: new Uint8Array(0), line: undefined, isReady: true, error: new Error(reason), delivery: { unsent: disconnect } })
      flush()
    }
  }
  const handle = (event: SessionEvent): void => {
    actions.push(...session.handle(event, { wall: clock.now(), monotonic: clock.monotonic() }))
    // Carrying out one action may bring events with actions of their own: they come after those that are waiting.
    if (isActing) return
    isActing = true
    try {
      for (let action = actions.shift(); action !== undefined; action = actions.shift()) act(action)
    } finally {
      isActing = false
    }
    setTimer()
  }
  const setTimer = (): void => {
    timer?.cancel()
    const deadline = session.deadline()
    timer = Number.isFinite(deadline) ? clock.setTimer(() => { handle({ kind: 'tick' }) }, Math.max(1, Math.ceil(deadline - clock.monotonic()))) : undefined
  }

  return {
    get status() { return session.status },
    get hasGap() { return session.hasGap },
    connected: (next) => {
      line = next
      scanner.reset()
      if (isPaused) next.pause()
      handle({ kind: 'connected' })
    },
    received: (chunk) => {
      const from = line
      scanner.push(chunk, {
        message: (message) => { if (line === from) handle({ kind: 'received', message }) },
        garbled: () => { if (line === from) handle({ kind: 'garbled' }) },
      })
    },
    disconnected: () => {
      line = undefined
      handle({ kind: 'disconnected' })
    },
    send: (type, fields, delivery) => { handle({ kind: 'send', type, fields, ...(delivery !== undefined && { reference: delivery }) }) },
    logout: (text) => { handle({ kind: 'logout', ...(text !== undefined && { text }) }) },
    close: () => { timer?.cancel() },
  }
}
