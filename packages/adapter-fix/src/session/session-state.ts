import type { FieldList } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import { createMessageWriter, type MessageWriter } from './message-writer.ts'
import type { Instant, NoticeCode, SessionAction, SessionNumbers, SessionOptions, SessionStatus } from './session-types.ts'

/** What a session remembers, and the few things that all of its parts do with it. */
export interface SessionState {
  readonly options: SessionOptions
  readonly writer: MessageWriter
  readonly heartbeat: number
  status: SessionStatus
  nextSender: number
  nextTarget: number
  createdAt: number
  /** The time of the event that is being handled. */
  now: Instant
  actions: SessionAction[]
  /** Monotonic times. */
  statusSince: number
  lastSent: number
  lastReceived: number
  testRequest: { readonly id: string; readonly at: number } | undefined
  testRequests: number
  /** Messages beyond the expected one. */
  readonly queue: Map<number, MessageView>
  /** The range that was asked for, and when it last made progress. */
  gap: { readonly to: number; readonly since: number; readonly tries: number } | undefined
  /** What the counterparty asked for and has not got yet. */
  replay: { readonly next: number; readonly to: number } | undefined
  /** Deliveries that the application has not consumed: receipt to number. */
  readonly open: Map<number, number>
  receipts: number
  durableTarget: number
  resetSent: boolean
}

export function createSessionState(options: SessionOptions, numbers: SessionNumbers): SessionState {
  return {
    options, writer: createMessageWriter(options), heartbeat: (options.heartbeatInterval ?? 30) * 1000,
    status: 'disconnected', nextSender: numbers.nextSender, nextTarget: numbers.nextTarget, createdAt: numbers.createdAt,
    now: { wall: 0, monotonic: 0 }, actions: [], statusSince: 0, lastSent: 0, lastReceived: 0, testRequest: undefined, testRequests: 0,
    queue: new Map(), gap: undefined, replay: undefined, open: new Map(), receipts: 0, durableTarget: numbers.nextTarget, resetSent: false,
  }
}

export function setStatus(state: SessionState, status: SessionStatus): void {
  state.status = status
  state.statusSince = state.now.monotonic
}

export function notice(state: SessionState, code: NoticeCode, text: string): void {
  state.actions.push({ kind: 'notice', code, text })
}

/** Sends a new message under the next number. */
export function sendNew(state: SessionState, type: string, fields: FieldList, reference?: unknown): void {
  const sequence = state.nextSender
  const bytes = state.writer.write(type, sequence, state.now.wall, fields)
  state.nextSender += 1
  state.lastSent = state.now.monotonic
  state.actions.push({ kind: 'send', type, sequence, bytes, stored: true, ...(reference !== undefined && { reference }) })
}

/** Sends a SequenceReset-GapFill over numbers that were used before. */
export function sendGapFill(state: SessionState, from: number, next: number): void {
  const bytes = state.writer.write('4', from, state.now.wall, [[123, true], [36, next]], true)
  state.lastSent = state.now.monotonic
  state.actions.push({ kind: 'send', type: '4', sequence: from, bytes, stored: false })
}

export function disconnect(state: SessionState, reason: string): void {
  state.actions.push({ kind: 'disconnect', reason })
  cutLine(state)
}

/** Forgets what belongs to one connection. */
export function cutLine(state: SessionState): void {
  setStatus(state, 'disconnected')
  state.queue.clear()
  state.gap = undefined
  state.replay = undefined
  state.testRequest = undefined
  state.resetSent = false
}

/** Says goodbye and waits for the answer. */
export function sendLogout(state: SessionState, text: string | undefined): void {
  sendNew(state, '5', text === undefined ? [] : [[58, text]])
  setStatus(state, 'logout_sent')
}

/** Says goodbye to a counterparty that cannot be talked to. */
export function logoutAndDisconnect(state: SessionState, text: string): void {
  sendNew(state, '5', [[58, text]])
  disconnect(state, text)
}

/** Announces how far everything is consumed, when that has moved. */
export function announceTarget(state: SessionState): void {
  let next = state.nextTarget
  for (const sequence of state.open.values()) next = Math.min(next, sequence)
  if (next === state.durableTarget) return
  state.durableTarget = next
  state.actions.push({ kind: 'target', next })
}

export function advanceTo(state: SessionState, next: number): void {
  state.nextTarget = next
  announceTarget(state)
}

/** Both sides start at 1. */
export function resetNumbers(state: SessionState, nextTarget: number, nextSender: number = 1): void {
  state.nextSender = nextSender
  state.nextTarget = nextTarget
  state.durableTarget = nextTarget
  state.createdAt = state.now.wall
  state.queue.clear()
  state.open.clear()
  state.gap = undefined
  state.replay = undefined
  state.actions.push({ kind: 'reset', numbers: { nextSender, nextTarget, createdAt: state.createdAt } })
  notice(state, 'reset', 'sequence numbers start again at 1')
}
