import { hash } from 'node:crypto'
import { chainText, type Clock, type EventData, foldKillSwitch, GLOBAL_ACCOUNT, type KillState, SluiceError, type StoredEvent, toIso } from '@sluice/core'
import type { Connections } from '../connections.ts'
import { pauseFor } from '../pause.ts'

/** How long a process may rely on what it last read of the kill switch, in ms. */
const READ_LEASE = 1000
/** How often it is read, in ms. */
const PERIOD = 200

/** One engagement or release, before it has its place. */
type KillChange = Omit<EventData['kill_switch_changed'], 'epoch'>

/** The kill switch that all processes share: the history of the account `*`. */
export interface KillBoard {
  readonly state: KillState
  /** Whether the state was read, and acted on, within the last second. Nothing is sent to a broker while it is false. */
  isFresh(): boolean
  /** Reads what is new; resolves when it was acted on. */
  read(): Promise<void>
  /** Writes a change; resolves when it is durable. */
  write(change: KillChange): Promise<void>
  /** Writes a change however long it takes: a stop must not be forgotten because the server was away. */
  insist(change: KillChange): Promise<void>
  start(): Promise<void>
  stop(): void
}

type KillData = EventData['kill_switch_changed']

interface Row {
  readonly sequence: string
  readonly time: string
  readonly data: string
  readonly hash: string
}

const MAKE = { name: 'board-make', text: "INSERT INTO accounts (account, epoch, sequence, head) VALUES ('*', 0, 0, repeat('0', 64)) ON CONFLICT DO NOTHING" }
const NEWS = { name: 'board-news', text: "SELECT sequence, time, data, hash FROM events WHERE account = '*' AND sequence > $1 ORDER BY sequence" }
const WRITE = {
  name: 'board-write',
  text: `WITH fence AS (UPDATE accounts SET sequence = $1::bigint, head = $2::text WHERE account = '*' AND sequence = $1::bigint - 1 AND head = $3::text RETURNING 1),
    written AS (INSERT INTO events (account, sequence, epoch, time, type, data, hash) SELECT '*', $1, 0, $4::text, 'kill_switch_changed', $5::text, $2 FROM fence)
    SELECT pg_notify($6::text, '') FROM fence`,
}

/** @param changed called in the tick in which a change is known, before anything can be sent again */
export function createKillBoard(connections: Connections, clock: Clock, channel: string, changed: (state: KillState) => void): KillBoard {
  const events: StoredEvent[] = []
  let head = '0'.repeat(64)
  let state: KillState = { epoch: 0, engaged: [] }
  let readAt = Number.NEGATIVE_INFINITY
  const ending = new AbortController()

  const read = async (): Promise<void> => {
    const asked = clock.monotonic()
    const { rows } = await connections.run<Row>(NEWS, [events.length], READ_LEASE)
    let isNews = false
    for (const { sequence, time, data, hash: link } of rows) {
      // Two reads may overlap.
      if (Number(sequence) !== events.length + 1) continue
      events.push({ id: `*:${sequence}`, account: GLOBAL_ACCOUNT, sequence: Number(sequence), time, type: 'kill_switch_changed', data: JSON.parse(data) as KillData })
      head = link
      isNews = true
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

  const write = async (change: KillChange): Promise<void> => {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const sequence = events.length + 1
      const time = toIso(clock.now())
      const data = JSON.stringify({ ...change, epoch: state.epoch + 1 })
      const link = hash('sha256', chainText(head, { account: GLOBAL_ACCOUNT, sequence, epoch: 0, time, type: 'kill_switch_changed', data }))
      const { rows } = await connections.run(WRITE, [sequence, link, head, time, data, channel])
      await read()
      if (rows.length > 0 || events[sequence - 1]?.time === time && JSON.stringify(events[sequence - 1]?.data) === data) return
    }
    throw new SluiceError('JOURNAL_FAILED', 'the kill switch is being changed by too many at once; try again', { retryable: true })
  }

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
    read, write, insist,
    start: async () => {
      await connections.run(MAKE, [])
      await read()
      readOnTime()
    },
    stop: () => { ending.abort() },
  }
}
