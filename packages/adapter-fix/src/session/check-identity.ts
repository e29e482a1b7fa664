import type { MessageView } from '../codec/message-view.ts'
import { REJECT_REASON, type Violation } from '../codec/validate.ts'
import type { SessionState } from './session-state.ts'

/** A message that comes from somewhere else, or from another time: it is rejected, and then the session ends. */
export function checkIdentity(state: SessionState, message: MessageView): Violation | undefined {
  const { senderCompId, targetCompId, maximumLatency = 120_000 } = state.options
  const [sender, target] = [message.text(49), message.text(56)]
  if (sender !== undefined && sender !== '' && sender !== targetCompId) return { reason: REJECT_REASON.compId, tag: 49, message: 'CompID problem' }
  if (target !== undefined && target !== '' && target !== senderCompId) return { reason: REJECT_REASON.compId, tag: 56, message: 'CompID problem' }
  const sent = message.timestamp(52)
  if (sent !== undefined && Math.abs(sent - state.now.wall) > maximumLatency) {
    return { reason: REJECT_REASON.sendingTime, tag: 52, message: 'SendingTime accuracy problem' }
  }
  return undefined
}

/**
 * What PossDupFlag asks for: OrigSendingTime, not later than SendingTime. A gap fill may come without one. `ends`: the session
 * cannot go on after it.
 */
export function checkDuplicate(message: MessageView): (Violation & { readonly ends: boolean }) | undefined {
  if (message.boolean(43) !== true || message.type === '4') return undefined
  const first = message.timestamp(122)
  if (!message.has(122)) return { reason: REJECT_REASON.requiredTagMissing, tag: 122, message: 'Required tag missing', ends: false }
  const sent = message.timestamp(52)
  if (first !== undefined && sent !== undefined && first > sent) return { reason: REJECT_REASON.sendingTime, tag: 122, message: 'SendingTime accuracy problem', ends: true }
  return undefined
}
