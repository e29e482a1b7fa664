import { hash } from 'node:crypto'
import { chainText, type Clock, type EventData, foldKillSwitch, GLOBAL_ACCOUNT, type KillState, SluiceError, type StoredEvent, toIso } from '@sluice/core'
import type { Connections } from '../connections.ts'
import { pauseFor } from '../pause.ts'

/** How long a process may rely on what it last read of the kill switch, in ms. */
const READ_LEASE = 1000
/** How often it is read, in ms. */
const PERIOD = 200
const ATTEMPTS = 100

/** One engagement or release, before it has its place. */
type KillChange = Omit<EventData['kill_switch_changed'], 'epoch'>
type ApprovalNote = EventData['approval_checked']

/** What all processes share, the history of the account `*`: the kill switch, and the codes that people were asked for. */
export interface KillBoard {
  readonly state: KillState
  /** How many codes a person has been asked for in a row without a right one, in all processes. */
  askedFor(approver: string): number
  /** Whether the state was read, and acted on, within the last second. Nothing is sent to a broker while it is false. */
  isFresh(): boolean
  /** Reads what is new; resolves when it was acted on. */
  read(): Promise<void>
  /** Writes a change; resolves when it is durable. */
  write(change: KillChange): Promise<void>
  /** Writes a change however long it takes: a stop must not be forgotten because the server was away. */
  insist(change: KillChange): Promise<void>
  /** Writes what became of a code, if that still holds with everything that was written before it; resolves with whether it does. */
  note(entry: ApprovalNote, holds?: () => boolean): Promise<boolean>
  start(): Promise<void>
  stop(): void
}

interface Row {
  readonly sequence: string
  readonly type: string
  readonly time: string
  readonly data: string
  readonly hash: string
}

const MAKE = { name: 'board-make', text: "INSERT INTO accounts (account, epoch, sequence, head) VALUES ('*', 0, 0, repeat('0', 64)) ON CONFLICT DO NOTHING" }
const NEWS = { name: 'board-news', text: "SELECT sequence, type, time, data, hash FROM events WHERE account = '*' AND sequence > $1 ORDER BY sequence" }
const WRITE = {
  name: 'board-write',
  text: `WITH fence AS (UPDATE accounts SET sequence = $1::bigint, head = $2::text WHERE account = '*' AND sequence = $1::bigint - 1 AND head = $3::text RETURNING 1),
    written AS (INSERT INTO events (account, sequence, epoch, time, type, data, hash) SELECT '*', $1, 0, $4::text, $7::text, $5::text, $2 FROM fence)
    SELECT pg_notify($6::text, '') FROM fence`,
}

/** @param changed called in the tick in which a change is known, before anything can be sent again */
export function createKillBoard(connections: Connections, clock: Clock, channel: string, changed: (state: KillState) => void): KillBoard {
  /** Engagements and releases only: the rest is counted and forgotten. */
  const events: StoredEvent[] = []
  const links = new Map<number, string>()
  const askedFor = new Map<string, number>()
  let last = 0
  let head = '0'.repeat(64)
  let state: KillState = { epoch: 0, engaged: [] }
  let readAt = Number.NEGATIVE_INFINITY
  const ending = new AbortController()

  const read = async (): Promise<void> => {
    const asked = clock.monotonic()
    const { rows } = await connections.run<Row>(NEWS, [last], READ_LEASE)
    let isNews = false
    for (const { sequence, type, time, data, hash: link } of rows) {
      // Two reads may overlap.
      if (Number(sequence) !== last + 1) continue
      const event = { id: `*:${sequence}`, account: GLOBAL_ACCOUNT, sequence: Number(sequence), time, type, data: JSON.parse(data) as unknown } as StoredEvent
      last = event.sequence
      head = link
      links.set(last, link)
      links.delete(last - ATTEMPTS)
      if (event.type === 'approval_checked') askedFor.set(event.data.approver, event.data.step === 'asked' ? (askedFor.get(event.data.approver) ?? 0) + 1 : 0)
      else {
        events.push(event)
        isNews = true
      }
    }
    if (isNews) {
      ({ state } = foldKillSwitch(events))
      changed(state)
    }
    readAt = Math.max(readAt, asked)
  }

  const readOnTime = (): void => {
    clock.setTimer(() => {
      if (!ending.signal.aborted) read().catch(() => undefined).finally(readOnTime)
    }, PERIOD)
  }

  /** Follows on everything that was written before it. `make` is asked again whenever somebody else was first; undefined: no longer. */
  const add = async (type: 'kill_switch_changed' | 'approval_checked', make: () => object | undefined): Promise<boolean> => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const made = make()
      if (made === undefined) return false
      const sequence = last + 1
      const time = toIso(clock.now())
      const data = JSON.stringify(made)
      const link = hash('sha256', chainText(head, { account: GLOBAL_ACCOUNT, sequence, epoch: 0, time, type, data }))
      const { rows } = await connections.run(WRITE, [sequence, link, head, time, data, channel, type])
      await read()
      if (rows.length > 0 || links.get(sequence) === link) return true
    }
    throw new SluiceError('JOURNAL_FAILED', 'what all nodes share is being changed by too many at once; try again', { retryable: true })
  }

  const write = async (change: KillChange): Promise<void> => { await add('kill_switch_changed', () => ({ ...change, epoch: state.epoch + 1 })) }

  const insist = async (change: KillChange): Promise<void> => {
    for (;;) {
      try {
        return await write(change)
      } catch (error) {
        if (ending.signal.aborted) throw error
        await pauseFor(clock, PERIOD)
      }
    }
  }

  return {
    get state() { return state },
    isFresh: () => clock.monotonic() - readAt < READ_LEASE,
    askedFor: (approver) => askedFor.get(approver) ?? 0,
    read, write, insist,
    note: (entry, holds = () => true) => add('approval_checked', () => (holds() ? entry : undefined)),
    start: async () => {
      await connections.run(MAKE, [])
      await read()
      readOnTime()
    },
    stop: () => { ending.abort() },
  }
}
