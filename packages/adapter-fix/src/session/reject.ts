import type { Field } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import type { Violation } from '../codec/validate.ts'
import { notice, sendNew, type SessionState } from './session-state.ts'

/** FIX 4.2 knows SessionRejectReason 373 only up to here. */
const LAST_REASON_42 = 11

function present(value: string | undefined): value is string {
  return value !== undefined && value !== ''
}

/** Answers a message that breaks the specification with a Reject. */
export function sendReject(state: SessionState, message: MessageView, violation: Violation): void {
  const { reason, tag, message: text } = violation
  const fields: Field[] = [[45, Math.max(message.sequence, 0)]]
  if (tag !== undefined) fields.push([371, tag])
  if (present(message.type)) fields.push([372, message.type])
  if (state.options.dictionary.version !== '4.2' || reason <= LAST_REASON_42) fields.push([373, reason])
  fields.push([58, tag === undefined ? text : `${text}: ${tag}`])
  sendNew(state, '3', fields)
  notice(state, 'rejected', `message ${message.sequence} of type ${message.type}: ${text}${tag === undefined ? '' : ` (${tag})`}`)
}

/** Answers an application message that nobody here takes. */
export function sendUnsupported(state: SessionState, message: MessageView): void {
  sendNew(state, 'j', [[45, message.sequence], [372, message.type], [380, 3], [58, 'Unsupported message type']])
  notice(state, 'rejected', `message ${message.sequence} of type ${message.type} is not supported`)
}
