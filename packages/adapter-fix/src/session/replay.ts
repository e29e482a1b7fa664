import type { MessageView } from '../codec/message-view.ts'
import { readMessage } from '../codec/scanner.ts'
import { REJECT_REASON } from '../codec/validate.ts'
import { sendReject } from './reject.ts'
import { sendGapFill, type SessionState } from './session-state.ts'
import type { StoredMessage } from './session-types.ts'

/** How many stored messages are read at a time. */
const CHUNK = 1000
/** FIX 4.1 and before asked for everything with this number; some still do. */
const OPEN_END = 999_999
/** Session messages are never sent again, Rejects aside: what they said is no longer true. */
const SESSION_TYPES: ReadonlySet<string> = new Set(['0', '1', '2', '4', '5', 'A'])

/** Whether a message is of the session alone and is filled as a gap when it is asked for. */
export function isSessionMessage(type: string): boolean {
  return SESSION_TYPES.has(type)
}

/** Begins to answer a ResendRequest. */
export function answerResendRequest(state: SessionState, message: MessageView): void {
  const from = message.integer(7) ?? 0
  const asked = message.integer(16) ?? 0
  const last = state.nextSender - 1
  const to = asked === 0 || asked === OPEN_END || asked > last ? last : asked
  if (from < 1 || from > last || (asked !== 0 && asked < from)) {
    sendReject(state, message, { reason: REJECT_REASON.valueIncorrect, tag: from < 1 || from > last ? 7 : 16, message: 'Value is incorrect (out of range) for this tag' })
    return
  }
  startReplay(state, from, to)
}

export function startReplay(state: SessionState, from: number, to: number): void {
  state.replay = { next: from, to }
  state.actions.push({ kind: 'load', from, to: Math.min(to, from + CHUNK - 1) })
}

/** Sends again what may be, and fills the rest as gaps. */
export function replayLoaded(state: SessionState, from: number, to: number, messages: readonly StoredMessage[]): void {
  const { replay } = state
  // A later request, or a new connection, has made this one void.
  if (replay?.next !== from) return
  const bySequence = new Map(messages.map(({ sequence, bytes }) => [sequence, bytes]))
  let gapFrom = from
  for (let sequence = from; sequence <= to; sequence += 1) {
    const bytes = bySequence.get(sequence)
    const message = bytes === undefined ? undefined : readMessage(bytes, state.options.dictionary)
    if (message === undefined || message.sequence !== sequence || isSessionMessage(message.type)) continue
    if (message.type !== '3' && state.options.onResend?.(message) === 'gap_fill') continue
    if (gapFrom < sequence) sendGapFill(state, gapFrom, sequence)
    state.actions.push({ kind: 'send', type: message.type, sequence, bytes: state.writer.rewrite(message, state.now.wall), stored: false })
    state.lastSent = state.now.monotonic
    gapFrom = sequence + 1
  }
  if (gapFrom <= to) sendGapFill(state, gapFrom, to + 1)
  if (to >= replay.to) state.replay = undefined
  else startReplay(state, to + 1, replay.to)
}
