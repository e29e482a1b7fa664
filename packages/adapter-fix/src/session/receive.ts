import type { MessageView } from '../codec/message-view.ts'
import { REJECT_REASON, validate, type Violation } from '../codec/validate.ts'
import { checkDuplicate, checkIdentity } from './check-identity.ts'
import { followGap, keepForLater } from './gap.ts'
import { receiveFirst, receiveResetLogon } from './logon.ts'
import { sendReject, sendUnsupported } from './reject.ts'
import { answerResendRequest } from './replay.ts'
import { advanceTo, announceTarget, disconnect, logoutAndDisconnect, notice, sendLogout, sendNew, type SessionState, setStatus } from './session-state.ts'

/** A message from the line. */
export function receive(state: SessionState, message: MessageView): void {
  state.lastReceived = state.now.monotonic
  if (state.status === 'logon_sent' || state.status === 'logon_awaited') receiveFirst(state, message)
  else if (state.status !== 'disconnected') receiveInSession(state, message)
}

function receiveInSession(state: SessionState, message: MessageView): void {
  const { dictionary } = state.options
  const { sequence, type } = message
  if (message.text(8) !== dictionary.beginString) {
    logoutAndDisconnect(state, `Incorrect BeginString: ${message.text(8) ?? ''}`)
    return
  }
  if (sequence < 1 && type !== '4') {
    logoutAndDisconnect(state, 'MsgSeqNum is missing')
    return
  }
  const stranger = checkIdentity(state, message)
  if (stranger !== undefined) {
    rejectAndEnd(state, message, stranger)
    return
  }
  if (type === 'A' && message.boolean(141) === true && sequence === 1) {
    receiveResetLogon(state)
    return
  }
  // A reset works whatever its own number is: it is there to mend numbers.
  if (type === '4' && message.boolean(123) !== true) {
    receiveReset(state, message)
    return
  }
  if (sequence > state.nextTarget) receiveEarly(state, message)
  else if (sequence < state.nextTarget) receiveLate(state, message)
  else {
    const wrong = checkDuplicate(message)
    if (wrong?.ends === true) rejectAndEnd(state, message, wrong)
    else if (wrong !== undefined) rejectInTurn(state, message, wrong)
    else consume(state, message)
    drain(state)
  }
}

/** Rejects, counts the message where it is in turn, and ends the session. */
function rejectAndEnd(state: SessionState, message: MessageView, violation: Violation): void {
  sendReject(state, message, violation)
  if (message.sequence === state.nextTarget) advanceTo(state, state.nextTarget + 1)
  logoutAndDisconnect(state, violation.message)
}

function rejectInTurn(state: SessionState, message: MessageView, violation: Violation): void {
  sendReject(state, message, violation)
  advanceTo(state, state.nextTarget + 1)
}

function receiveEarly(state: SessionState, message: MessageView): void {
  if (message.type === '5') {
    receiveLogout(state, message)
    return
  }
  // Both sides may have a gap: the other's is answered first, or neither would ever close.
  if (message.type === '2' && isSound(state, message)) answerResendRequest(state, message)
  keepForLater(state, message)
}

function receiveLate(state: SessionState, message: MessageView): void {
  const { sequence } = message
  if (message.boolean(43) !== true) {
    logoutAndDisconnect(state, `MsgSeqNum too low, expecting ${state.nextTarget} but received ${sequence}`)
    return
  }
  const wrong = checkDuplicate(message)
  if (wrong === undefined) notice(state, 'duplicate', `message ${sequence} came again`)
  else if (wrong.ends) rejectAndEnd(state, message, wrong)
  else sendReject(state, message, wrong)
}

function isSound(state: SessionState, message: MessageView): boolean {
  return whatIsWrong(state, message) === undefined
}

function whatIsWrong(state: SessionState, message: MessageView): Violation | undefined {
  const { dictionary, validate: isValidated = true, undeclaredTags = 'reject' } = state.options
  if (!dictionary.hasMessageType(message.type)) return { reason: REJECT_REASON.invalidMessageType, tag: 35, message: 'Invalid MsgType' }
  return isValidated ? validate(message, { undeclaredTags }) : undefined
}

/** Goes on with what came early, as far as it is in turn now. */
function drain(state: SessionState): void {
  followGap(state)
  for (let next = state.queue.get(state.nextTarget); next !== undefined && state.status !== 'disconnected'; next = state.queue.get(state.nextTarget)) {
    state.queue.delete(state.nextTarget)
    const wrong = checkDuplicate(next)
    // A ResendRequest and the Logon were answered when they came.
    if (next.type === '2' || next.type === 'A') advanceTo(state, state.nextTarget + 1)
    else if (wrong === undefined) consume(state, next)
    else rejectInTurn(state, next, wrong)
    followGap(state)
  }
}

/** A message in its turn. */
function consume(state: SessionState, message: MessageView): void {
  const wrong = whatIsWrong(state, message)
  // A Reject is never answered with one: that would not end.
  if (wrong !== undefined && message.type !== '3') {
    rejectInTurn(state, message, wrong)
    return
  }
  switch (message.type) {
    case '0': receiveHeartbeat(state, message); break
    case '1': answerTestRequest(state, message); break
    case '2': answerResendRequest(state, message); break
    case '3': deliver(state, message); return
    case '4': receiveGapFill(state, message); return
    case '5': receiveLogout(state, message); break
    case 'A': notice(state, 'duplicate', 'a Logon in the middle of the session'); break
    default: receiveApplication(state, message); return
  }
  advanceTo(state, message.sequence + 1)
}

function answerTestRequest(state: SessionState, message: MessageView): void {
  const id = message.text(112)
  sendNew(state, '0', id === undefined || id === '' ? [] : [[112, id]])
}

function receiveHeartbeat(state: SessionState, message: MessageView): void {
  if (state.testRequest !== undefined && message.text(112) === state.testRequest.id) state.testRequest = undefined
}

function receiveApplication(state: SessionState, message: MessageView): void {
  const { accepts, dictionary } = state.options
  const isTaken = accepts === undefined ? dictionary.messages.has(message.type) : accepts.includes(message.type)
  if (isTaken) {
    deliver(state, message)
    return
  }
  sendUnsupported(state, message)
  advanceTo(state, message.sequence + 1)
}

/** The number moves on at once, but is durable only when the application has consumed the message. */
function deliver(state: SessionState, message: MessageView): void {
  state.receipts += 1
  const { sequence } = message
  state.open.set(state.receipts, sequence)
  state.nextTarget = sequence + 1
  state.actions.push({
    kind: 'deliver', message: message.copy(), sequence, receipt: state.receipts, possDup: message.boolean(43) === true, possResend: message.boolean(97) === true,
  })
  announceTarget(state)
}

function receiveGapFill(state: SessionState, message: MessageView): void {
  const next = message.integer(36) ?? 0
  if (next > message.sequence) advanceTo(state, next)
  else rejectInTurn(state, message, { reason: REJECT_REASON.valueIncorrect, tag: 36, message: 'Value is incorrect (out of range) for this tag' })
}

function receiveReset(state: SessionState, message: MessageView): void {
  const wrong = whatIsWrong(state, message)
  const next = message.integer(36) ?? 0
  if (wrong !== undefined) sendReject(state, message, wrong)
  else if (next < state.nextTarget) sendReject(state, message, { reason: REJECT_REASON.valueIncorrect, tag: 36, message: 'Value is incorrect (out of range) for this tag' })
  else {
    if (next > state.nextTarget) notice(state, 'target_raised', `the counterparty skips from ${state.nextTarget} to ${next}: what was between is lost`)
    advanceTo(state, next)
    drain(state)
  }
}

function receiveLogout(state: SessionState, message: MessageView): void {
  const text = message.text(58) ?? 'the counterparty logged out'
  notice(state, 'logged_out', text)
  if (state.status === 'logout_sent') {
    if (message.sequence === state.nextTarget) advanceTo(state, state.nextTarget + 1)
    disconnect(state, text)
    return
  }
  sendLogout(state, undefined)
  // Who began it closes the line; this side only does when that does not happen.
  setStatus(state, 'logout_received')
}
