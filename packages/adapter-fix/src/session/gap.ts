import type { MessageView } from '../codec/message-view.ts'
import { logoutAndDisconnect, notice, sendNew, type SessionState } from './session-state.ts'

const MAXIMUM_TRIES = 3

/** Keeps a message that came too early, and asks for what is before it. */
export function keepForLater(state: SessionState, message: MessageView): void {
  const { sequence } = message
  if (!state.queue.has(sequence) && state.queue.size >= (state.options.maximumQueue ?? 10_000)) {
    logoutAndDisconnect(state, `more than ${state.queue.size} messages behind a gap`)
    return
  }
  if (!state.queue.has(sequence)) state.queue.set(sequence, message.copy())
  if (state.gap === undefined) askForGap(state, sequence - 1)
}

function askForGap(state: SessionState, last: number, tries: number = 1): void {
  const { resendChunk = 0 } = state.options
  const from = state.nextTarget
  const to = resendChunk > 0 ? Math.min(last, from + resendChunk - 1) : last
  // An open end is understood by everyone; a closed one only says how much is wanted at a time.
  sendNew(state, '2', [[7, from], [16, resendChunk > 0 ? to : 0]])
  notice(state, 'gap', `messages ${from} to ${last} are missing`)
  state.gap = { to, since: state.now.monotonic, tries }
}

/** After a message or a gap fill: is the range complete, is another hole behind it? */
export function followGap(state: SessionState): void {
  if (state.gap === undefined) return
  if (state.nextTarget <= state.gap.to) {
    state.gap = { ...state.gap, since: state.now.monotonic }
    return
  }
  for (const sequence of state.queue.keys()) if (sequence < state.nextTarget) state.queue.delete(sequence)
  if (state.queue.has(state.nextTarget)) return
  const first = Math.min(...state.queue.keys())
  state.gap = undefined
  if (Number.isFinite(first)) askForGap(state, first - 1)
  else notice(state, 'gap_filled', `everything up to ${state.nextTarget - 1} has come`)
}

/** Asks again for a range that does not come, and gives up in the end. */
export function watchGap(state: SessionState): void {
  const { gap } = state
  if (gap === undefined || state.now.monotonic - gap.since < (state.options.resendTimeout ?? 30_000)) return
  if (gap.tries >= MAXIMUM_TRIES) logoutAndDisconnect(state, `messages from ${state.nextTarget} on do not come`)
  else askForGap(state, gap.to, gap.tries + 1)
}
