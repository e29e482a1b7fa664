import { randomInt, randomUUID } from 'node:crypto'
import { type Lease, SluiceError, type Timer } from '@sluice/core'
import type { Client } from 'pg'
import type { Connections } from './connections.ts'
import { endClient } from './end-client.ts'
import type { Settings } from './options.ts'

/** Marks our advisory locks among those of others ("SLCE"). */
const LOCK_CLASS = 0x53_4c_43_45
const RETRY_PAUSE = 100

const CLAIM = { name: 'claim', text: 'SELECT * FROM claim_account($1, $2, $3)' }
const RENEW = {
  name: 'renew',
  text: `WITH member AS (INSERT INTO members (member, lock_class, lock_key, places, until)
      VALUES ($1, ${LOCK_CLASS}, $3, $4, clock_timestamp() + $2::float8 * interval '1 millisecond')
      ON CONFLICT (member) DO UPDATE SET until = excluded.until, places = excluded.places)
    UPDATE leases SET until = clock_timestamp() + $2::float8 * interval '1 millisecond' WHERE owner = $1 RETURNING account, epoch`,
}
const RELEASE = { name: 'release', text: 'UPDATE leases SET owner = NULL, until = clock_timestamp() WHERE account = $1 AND owner = $2 AND epoch = $3' }
const FORGET = { name: 'forget-members', text: "DELETE FROM members WHERE until < clock_timestamp() - interval '1 day'" }
const LEAVE = { name: 'leave', text: 'WITH l AS (UPDATE leases SET owner = NULL, until = clock_timestamp() WHERE owner = $1) DELETE FROM members WHERE member = $1' }

interface ClaimRow {
  readonly granted: boolean
  readonly holder: string
  readonly epoch: string
  readonly sequence: string
  readonly head: string
  readonly preceded: number
}

/** A lease with what its history ends with. */
export interface OwnedLease {
  readonly lease: Lease
  readonly head: string
}

/** What one process owns: a lease for each account, kept by one statement for all of them, and a session that shows that it lives. */
export interface Ownership {
  /** This process in the tables. */
  readonly member: string
  /** @throws SluiceError JOURNAL_LOCKED while another process owns the account */
  claim(account: string): Promise<OwnedLease>
  release(account: string, epoch: number): Promise<void>
  /** Whether the right is confirmed now. */
  isLive(account: string, epoch: number): boolean
  /** Calls back with what comes on a channel. */
  listen(channel: string, heard: (payload: string) => void): void
  /** Takes part in placement from the next renewal on, or no longer. */
  setPlaces(places: boolean): void
  /** Renews at once; starts the renewals. */
  renew(): Promise<void>
  /** Calls back with accounts that another process has taken. */
  onLost(lost: (account: string) => void): void
  close(): Promise<void>
}

export function createOwnership(connections: Connections, settings: Settings): Ownership {
  const { clock, lease: duration, margin } = settings
  const member = `${settings.name ?? 'sluice'}-${randomUUID().slice(0, 8)}`
  const lockKey = randomInt(1, 2 ** 31 - 1)
  const held = new Map<string, { readonly epoch: number; deadline: number }>()
  const channels = new Map<string, (payload: string) => void>()
  const losers: ((account: string) => void)[] = []
  let places = false
  let session: Client | undefined
  let starting: Promise<void> | undefined
  let timer: Timer | undefined
  let closed = false

  /** While this connection stands, the others see that the process lives. It is opened again whenever it breaks. */
  const keepSession = async (): Promise<void> => {
    if (closed) return
    try {
      const client = await connections.open()
      let over = false
      const broken = (): void => {
        if (over) return
        over = true
        if (session === client) session = undefined
        client.end().catch(() => undefined)
        if (!closed) clock.setTimer(() => { void keepSession() }, RETRY_PAUSE)
      }
      client.on('error', broken)
      client.on('end', broken)
      client.on('notification', ({ channel, payload = '' }) => { channels.get(channel)?.(payload) })
      // Shared with itself: after a cut, the server may hold on to the session before this one for a while.
      await client.query('SELECT pg_advisory_lock_shared($1, $2)', [LOCK_CLASS, lockKey])
      for (const channel of channels.keys()) await client.query(`LISTEN "${channel}"`)
      if (closed) await endClient(client, clock)
      else session = client
    } catch {
      if (!closed) clock.setTimer(() => { void keepSession() }, RETRY_PAUSE)
    }
  }

  const renew = async (): Promise<void> => {
    const asked = clock.monotonic()
    const before = new Map(held)
    const { rows } = await connections.run<{ readonly account: string; readonly epoch: string }>(RENEW, [member, duration, lockKey, places], duration)
    const kept = new Map(rows.map(({ account, epoch }) => [account, Number(epoch)]))
    for (const [account, own] of before) {
      if (held.get(account) !== own) continue
      // An attempt that was repeated was executed later than it was asked for: never too long a lease.
      if (kept.get(account) === own.epoch) own.deadline = asked + duration
      else {
        held.delete(account)
        for (const lost of losers) lost(account)
      }
    }
  }

  const renewOnTime = (): void => {
    timer = clock.setTimer(() => {
      renew().catch(() => undefined).finally(() => { if (!closed) renewOnTime() })
    }, duration / 4)
  }

  const start = (): Promise<void> => {
    starting ??= (async () => {
      await renew()
      await connections.run(FORGET, [])
      await keepSession()
      renewOnTime()
    })().catch((error: unknown) => {
      starting = undefined
      throw error
    })
    return starting
  }

  return {
    member,
    claim: async (account) => {
      await start()
      const asked = clock.monotonic()
      const { rows: [row] } = await connections.run<ClaimRow>(CLAIM, [account, member, duration])
      if (row?.granted !== true) {
        throw new SluiceError('JOURNAL_LOCKED', `account ${account} belongs to ${row?.holder ?? 'another process'}; it can be had when that process has closed or is gone`, { retryable: true })
      }
      const epoch = Number(row.epoch)
      held.set(account, { epoch, deadline: asked + duration })
      const lease: Lease = {
        account, epoch, sequence: Number(row.sequence),
        isLive: () => isLive(account, epoch),
        ...(row.preceded > 0 && { precededUntil: clock.monotonic() + row.preceded }),
      }
      return { lease, head: row.head }
    },
    release: async (account, epoch) => {
      if (held.get(account)?.epoch !== epoch) return
      held.delete(account)
      await connections.run(RELEASE, [account, member, epoch])
    },
    isLive,
    listen: (channel, heard) => {
      channels.set(channel, heard)
      session?.query(`LISTEN "${channel}"`).catch(() => undefined)
    },
    setPlaces: (value) => { places = value },
    renew: async () => {
      await start()
      await renew()
    },
    onLost: (lost) => { losers.push(lost) },
    close: async () => {
      if (closed) return
      closed = true
      timer?.cancel()
      held.clear()
      if (starting !== undefined) await connections.run(LEAVE, [member], 1000).catch(() => undefined)
      if (session !== undefined) await endClient(session, clock)
    },
  }

  function isLive(account: string, epoch: number): boolean {
    const own = held.get(account)
    return own?.epoch === epoch && clock.monotonic() < own.deadline - margin
  }
}
