import { GLOBAL_ACCOUNT, type StreamItem } from '@sluice/core'
import { z } from 'zod'
import { answerEvents } from '../answer/answer.ts'
import { accountNotFound, refuse, retryAfter } from '../answer/refusal.ts'
import type { ApiRequest } from '../api/api-request.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { type Cursor, parseCursor } from '../events/cursor.ts'
import { openEventStream } from '../events/open-event-stream.ts'
import { accountOfScope } from './kill-scope-account.ts'
import { queryOf } from './query.ts'

const query = z.strictObject({
  account: z.array(z.string()).optional().describe('One or several accounts. Default: those you may use'),
  after: z.string().optional().describe('The id of the last event seen, or a sequence number of a single account. Last-Event-ID goes before it'),
})

/** @throws Refusal 404 when one of them is foreign */
async function requestedAccounts(named: readonly string[], { principal, access }: Call): Promise<readonly string[]> {
  const asked = [...new Set(named)]
  const granted = principal.accounts === '*' ? ['main'] : principal.accounts
  const accounts = asked.length > 0 ? asked : granted
  if (accounts.length === 0 || accounts.includes(GLOBAL_ACCOUNT)) throw accountNotFound()
  for (const account of accounts) await access.requireAccount(account)
  return accounts
}

/** Where to begin in each account: Last-Event-ID is newer than the address, which a reconnecting browser repeats. */
function startOf(request: ApiRequest, after: string | undefined, accounts: readonly string[]): Cursor {
  const text = request.header('last-event-id') ?? after ?? ''
  const given = text === '' ? new Map<string, number>() : parseCursor(text, accounts.length === 1 ? accounts[0] : undefined)
  if (given === undefined) throw refuse(400, 'CURSOR_MALFORMED', 'Last-Event-ID and after take what an earlier event had as its id, or a sequence number of a single account.')
  return new Map([...accounts, GLOBAL_ACCOUNT].map((account) => [account, given.get(account) ?? 0]))
}

/** A kill switch of a foreign account is none of the reader's business, nor are the limits and settings of all of them. */
function visibilityOf({ principal, access }: Call): (item: StreamItem) => boolean {
  if (access.everywhere) return () => true
  return (item) => {
    if (item.type === 'limits_changed') return false
    const account = item.type === 'kill_switch_changed' ? accountOfScope(item.data.scope) : undefined
    return account === undefined || principal.accounts === '*' || principal.accounts.includes(account)
  }
}

export const streamEvents: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/events',
  right: 'read',
  document: {
    operationId: 'streamEvents',
    tag: 'events',
    summary: 'Events as they become durable, from any point of the past on',
    description: 'Server-sent events: `id` is a cursor to resume from, `event` a type, `data` a StoredEvent; or `stream_reset` with orders and positions, when the cursor is not of this journal.',
    query,
    headers: ['Last-Event-ID'],
    answers: { 200: { description: 'A stream without end', mediaType: 'text/event-stream' } },
    problems: [400, 404, 422],
  },
  handle: async (call: Call) => {
    const { request, principal, service, settings } = call
    const { account = [], after } = queryOf(request, query, ['account'])
    const accounts = await requestedAccounts(account, call)
    const start = startOf(request, after, accounts)
    if (request.method === 'HEAD') return answerEvents('')
    const stream = openEventStream({ service, settings, principal, start, isVisible: visibilityOf(call), signal: request.signal })
    if (stream !== undefined) return answerEvents(stream)
    throw refuse(429, 'STREAMS_EXHAUSTED', 'You hold as many event streams open as you may.', { retryable: true }, retryAfter(5000))
  },
}
