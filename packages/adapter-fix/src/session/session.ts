import { followTime, nextDeadline } from './follow-time.ts'
import { sendLogon, sendReset } from './logon.ts'
import { receive } from './receive.ts'
import { replayLoaded } from './replay.ts'
import {
  announceTarget, createSessionState, cutLine, disconnect, notice, resetNumbers, sendLogout, sendNew, type SessionState, setStatus,
} from './session-state.ts'
import type { Session, SessionAction, SessionEvent, SessionNumbers, SessionOptions } from './session-types.ts'

const FRESH: SessionNumbers = { nextSender: 1, nextTarget: 1, createdAt: 0 }

/** A session that goes on from these numbers; without them it starts at 1. */
export function createSession(options: SessionOptions, numbers: SessionNumbers = FRESH): Session {
  const state = createSessionState(options, numbers)
  return {
    get status() { return state.status },
    get nextSender() { return state.nextSender },
    get nextTarget() { return state.nextTarget },
    get hasGap() { return state.gap !== undefined },
    handle: (event, at) => {
      state.now = at
      state.actions = []
      handle(state, event)
      const actions: readonly SessionAction[] = state.actions
      state.actions = []
      return actions
    },
    deadline: () => nextDeadline(state),
  }
}

function handle(state: SessionState, event: SessionEvent): void {
  switch (event.kind) {
    case 'connected': connected(state); break
    case 'received': receive(state, event.message); break
    case 'garbled': garbled(state); break
    case 'tick': followTime(state); break
    case 'send': send(state, event); break
    case 'loaded': if (state.status !== 'disconnected') replayLoaded(state, event.from, event.to, event.messages); break
    case 'delivered': if (state.open.delete(event.receipt)) announceTarget(state); break
    case 'logout': logout(state, event.text); break
    case 'reset': if (state.status === 'active') sendReset(state); break
    case 'disconnected': if (state.status !== 'disconnected') cutLine(state); break
  }
}

function connected(state: SessionState): void {
  const { schedule, role = 'initiator', resetOnLogon = false } = state.options
  cutLine(state)
  state.lastReceived = state.now.monotonic
  state.lastSent = state.now.monotonic
  if (schedule !== undefined && !schedule.isOpen(state.now.wall)) {
    disconnect(state, 'outside of the schedule')
    return
  }
  const isNewSession = schedule !== undefined && state.createdAt < schedule.startOf(state.now.wall) && (state.nextSender > 1 || state.nextTarget > 1)
  const resets = role === 'initiator' && resetOnLogon
  if (isNewSession || resets) resetNumbers(state, 1)
  setStatus(state, role === 'initiator' ? 'logon_sent' : 'logon_awaited')
  if (role !== 'initiator') return
  state.resetSent = resets
  sendLogon(state, resets)
}

function garbled(state: SessionState): void {
  notice(state, 'garbled', 'bytes that are no message')
  // Before the Logon nothing else can be expected: the line leads to somebody who does not speak this.
  if (state.status === 'logon_sent' || state.status === 'logon_awaited') disconnect(state, 'the answer to the Logon is garbled')
}

function send(state: SessionState, { type, fields, reference }: Extract<SessionEvent, { kind: 'send' }>): void {
  const unsent = (reason: string): void => {
    state.actions.push({ kind: 'unsent', reason, ...(reference !== undefined && { reference }) })
  }
  if (state.status !== 'active') {
    unsent('not logged on')
    return
  }
  try {
    sendNew(state, type, fields, reference)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    unsent(error.message)
  }
}

function logout(state: SessionState, text: string | undefined): void {
  if (state.status === 'active') sendLogout(state, text)
  else if (state.status === 'logon_sent' || state.status === 'logon_awaited') disconnect(state, text ?? 'logged out before the Logon was answered')
}

