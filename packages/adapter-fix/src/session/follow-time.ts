import { watchGap } from './gap.ts'
import { disconnect, notice, sendLogout, sendNew, type SessionState } from './session-state.ts'

/** Share of the interval after which silence is questioned, and after which it is the end. */
const QUESTION = 1.2
const END = 2.4

/** What time alone brings about. */
export function followTime(state: SessionState): void {
  const { monotonic, wall } = state.now
  const { schedule } = state.options
  switch (state.status) {
    case 'disconnected': return
    case 'logon_sent':
    case 'logon_awaited':
      if (monotonic >= deadlineOfStatus(state)) disconnect(state, 'the Logon was not answered in time')
      return
    case 'logout_sent':
    case 'logout_received':
      if (monotonic >= deadlineOfStatus(state)) disconnect(state, state.status === 'logout_sent' ? 'the Logout was not answered in time' : 'logged out')
      return
    case 'active':
  }
  if (schedule !== undefined && !schedule.isOpen(wall)) {
    notice(state, 'logged_out', 'the schedule ends the session')
    sendLogout(state, 'end of session')
    return
  }
  if (monotonic - state.lastReceived >= state.heartbeat * END) {
    disconnect(state, 'nothing was heard from the counterparty')
    return
  }
  if (state.testRequest === undefined && monotonic - state.lastReceived >= state.heartbeat * QUESTION) {
    state.testRequests += 1
    state.testRequest = { id: `TEST-${state.testRequests}`, at: monotonic }
    sendNew(state, '1', [[112, state.testRequest.id]])
  } else if (monotonic - state.lastSent >= state.heartbeat) sendNew(state, '0', [])
  if (monotonic - state.lastReceived < state.heartbeat * QUESTION) state.testRequest = undefined
  watchGap(state)
}

function deadlineOfStatus({ status, statusSince, options }: SessionState): number {
  const { logonTimeout = 10_000, logoutTimeout = 2_000 } = options
  return statusSince + (status === 'logon_sent' || status === 'logon_awaited' ? logonTimeout : logoutTimeout)
}

/** How often the schedule is looked at. */
const SCHEDULE_STEP = 1000

export function nextDeadline(state: SessionState): number {
  if (state.status === 'disconnected') return Number.POSITIVE_INFINITY
  if (state.status !== 'active') return deadlineOfStatus(state)
  const heartbeat = state.lastSent + state.heartbeat
  const silence = state.lastReceived + state.heartbeat * (state.testRequest === undefined ? QUESTION : END)
  const gap = state.gap === undefined ? Number.POSITIVE_INFINITY : state.gap.since + (state.options.resendTimeout ?? 30_000)
  const schedule = state.options.schedule === undefined ? Number.POSITIVE_INFINITY : state.now.monotonic + SCHEDULE_STEP
  return Math.min(heartbeat, silence, gap, schedule)
}
