import type { Field } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import { formatTimestamp } from '../codec/timestamp.ts'
import { validate } from '../codec/validate.ts'
import { checkIdentity } from './check-identity.ts'
import { keepForLater } from './gap.ts'
import { startReplay } from './replay.ts'
import { advanceTo, disconnect, logoutAndDisconnect, notice, resetNumbers, sendNew, type SessionState, setStatus } from './session-state.ts'

/** The fields of a Logon of ours. */
export function sendLogon(state: SessionState, reset: boolean): void {
  const { dictionary, role = 'initiator', heartbeatInterval = 30, maximumMessageSize = 65_536, logonFields = [], signLogon, nextExpectedOnLogon = false } = state.options
  const fields: Field[] = [[98, 0], [108, heartbeatInterval]]
  if (reset) fields.push([141, true])
  if (nextExpectedOnLogon && dictionary.version !== '4.2') fields.push([789, role === 'acceptor' ? state.nextTarget + 1 : state.nextTarget])
  fields.push([383, maximumMessageSize])
  if (dictionary.applicationVersion !== undefined) fields.push([1137, dictionary.applicationVersion])
  fields.push(...logonFields)
  if (signLogon !== undefined) fields.push(...signLogon({ sendingTime: formatTimestamp(state.now.wall), sequence: state.nextSender }))
  sendNew(state, 'A', fields)
}

/** The first message of a connection: it must be a Logon that is in order, or the line goes down. */
export function receiveFirst(state: SessionState, message: MessageView): void {
  const refused = whyRefused(state, message)
  if (refused !== undefined) {
    notice(state, 'refused', refused.text)
    if (refused.answer) logoutAndDisconnect(state, refused.text)
    else disconnect(state, refused.text)
    return
  }
  const { sequence } = message
  if (message.boolean(141) === true) takeReset(state)
  const expected = state.nextTarget
  if (sequence < expected) {
    const text = `MsgSeqNum too low, expecting ${expected} but received ${sequence}`
    notice(state, 'refused', text)
    logoutAndDisconnect(state, text)
    return
  }
  if (state.status === 'logon_awaited') sendLogon(state, message.boolean(141) === true)
  setStatus(state, 'active')
  state.testRequest = undefined
  state.resetSent = false
  notice(state, 'logged_on', `logged on, next numbers ${state.nextSender} out, ${expected} in`)
  if (sequence === expected) advanceTo(state, sequence + 1)
  else keepForLater(state, message)
  heedExpectation(state, message.integer(789))
}

/** The counterparty starts its numbers again; ours do too, unless this answers a Logon that has done so. */
function takeReset(state: SessionState): void {
  if (state.resetSent) return
  // Our own Logon, where there was one, keeps its place: what the other side misses it asks for.
  resetNumbers(state, 1, state.status === 'logon_awaited' ? 1 : state.nextSender)
}

function whyRefused(state: SessionState, message: MessageView): { readonly text: string; readonly answer: boolean } | undefined {
  const { dictionary } = state.options
  if (message.text(8) !== dictionary.beginString) return { text: `BeginString is not ${dictionary.beginString}`, answer: false }
  if (message.type === '5') return { text: message.text(58) ?? 'the counterparty answered the Logon with a Logout', answer: false }
  if (message.type !== 'A') return { text: `the first message is of type ${message.type}, not a Logon`, answer: false }
  const wrong = checkIdentity(state, message) ?? validate(message, { undeclaredTags: 'allow' })
  if (wrong !== undefined) return { text: `Logon: ${wrong.message}${wrong.tag === undefined ? '' : ` (${wrong.tag})`}`, answer: true }
  if (message.integer(98) !== 0) return { text: 'Logon: encryption is not supported', answer: true }
  if (message.sequence < 1) return { text: 'Logon: MsgSeqNum is missing', answer: true }
  if (message.boolean(141) === true && message.sequence !== 1) return { text: 'Logon: ResetSeqNumFlag with a MsgSeqNum other than 1', answer: true }
  return undefined
}

/** NextExpectedMsgSeqNum: send at once what the other side has not got. */
function heedExpectation(state: SessionState, expected: number | undefined): void {
  // An initiator says it before it has seen the Logon that answers its own.
  if (expected === undefined || state.status !== 'active') return
  const next = state.options.role === 'acceptor' ? state.nextSender - 1 : state.nextSender
  if (expected > next) logoutAndDisconnect(state, `NextExpectedMsgSeqNum too high, expecting ${next} but received ${expected}`)
  else if (expected >= 1 && expected < next) startReplay(state, expected, state.nextSender - 1)
}

/** A Logon in the middle of a session: only ResetSeqNumFlag gives it a meaning. */
export function receiveResetLogon(state: SessionState): void {
  if (state.resetSent) {
    state.resetSent = false
    advanceTo(state, 2)
    return
  }
  resetNumbers(state, 2)
  sendLogon(state, true)
}

export function sendReset(state: SessionState): void {
  resetNumbers(state, 1)
  state.resetSent = true
  sendLogon(state, true)
}
