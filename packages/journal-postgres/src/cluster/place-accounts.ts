import type { Clock, Logger } from '@sluice/core'
import type { Connections } from '../connections.ts'
import type { Ownership } from '../ownership.ts'
import { describeError } from '../postgres-error.ts'
import type { AccountHost } from './account-host.ts'
import { rankMembers } from './placement.ts'

const MEMBERS = { name: 'members', text: 'SELECT member FROM members WHERE places AND until > clock_timestamp() AND NOT is_gone(member) ORDER BY member' }
const FREE = {
  name: 'free',
  text: `SELECT account FROM leases WHERE account NOT LIKE '*%' AND (owner IS NULL OR until <= clock_timestamp() OR owner <> ALL($1::text[]))`,
}
const REGISTER = {
  name: 'register',
  text: `WITH named AS (SELECT unnest($1::text[]) AS account),
    fenced AS (INSERT INTO accounts (account, epoch, sequence, head) SELECT account, 0, 0, repeat('0', 64) FROM named ON CONFLICT DO NOTHING)
    SELECT 1`,
}
const REGISTER_LEASES = { name: 'register-leases', text: 'INSERT INTO leases (account, epoch, owner, until) SELECT unnest($1::text[]), 0, NULL, clock_timestamp() ON CONFLICT DO NOTHING' }

/** Puts each account where it belongs among the members that live. */
export interface Placement {
  readonly members: readonly string[]
  start(): Promise<void>
  /** Looks at once. */
  look(): Promise<void>
  stop(): void
}

export function placeAccounts(connections: Connections, ownership: Ownership, host: AccountHost, clock: Clock, settings: { readonly lease: number; readonly accounts: readonly string[]; readonly openAtOnce: number; readonly logger: Logger }): Placement {
  const { lease, accounts, openAtOnce, logger } = settings
  /** Since when an account that should be another's has been seen without an owner, or here. */
  const since = new Map<string, number>()
  const held = new Map<string, number>()
  let members: readonly string[] = []
  let stopped = false
  let looking: Promise<void> | undefined

  const lasting = (key: string): number => {
    const now = clock.monotonic()
    const first = since.get(key) ?? now
    since.set(key, first)
    return now - first
  }

  const openAll = async (wanted: string[]): Promise<void> => {
    const worker = async (): Promise<void> => {
      for (let account = wanted.shift(); account !== undefined; account = wanted.shift()) {
        if (!stopped && await host.open(account)) held.set(account, clock.monotonic())
      }
    }
    await Promise.all(Array.from({ length: Math.min(openAtOnce, wanted.length) }, worker))
  }

  const takeFree = async (): Promise<void> => {
    const { rows } = await connections.run<{ readonly account: string }>(FREE, [members], lease)
    const free = new Set(rows.map(({ account }) => account))
    for (const key of since.keys()) if (key.startsWith('free ') && !free.has(key.slice(5))) since.delete(key)
    // The first in rank takes it; should that one be unable to, the next after another lease.
    const wanted = [...free].filter((account) => {
      const rank = rankMembers(account, members).indexOf(ownership.member)
      return rank >= 0 && !host.services.has(account) && !host.isBusy(account) && lasting(`free ${account}`) >= rank * 2 * lease
    })
    await openAll(wanted)
  }

  const giveAway = async (): Promise<void> => {
    for (const account of host.services.keys()) {
      const [first] = rankMembers(account, members)
      const key = `here ${account}`
      if (first === undefined || first === ownership.member) since.delete(key)
      // Once the members have stood for a lease; what the first one could not open stays for a while.
      else if (lasting(key) >= lease && clock.monotonic() - (held.get(account) ?? 0) >= lease * 4) {
        since.delete(key)
        logger.info('an account moves', { account, to: first })
        host.handOver(account).catch(() => undefined)
      }
    }
  }

  const lookOnce = async (): Promise<void> => {
    members = (await connections.run<{ readonly member: string }>(MEMBERS, [], lease)).rows.map(({ member }) => member)
    await giveAway()
    await takeFree()
  }
  const look = (): Promise<void> => {
    looking ??= lookOnce().catch((error: unknown) => {
      logger.warn('the accounts could not be looked at', { reason: describeError(error) })
    }).finally(() => { looking = undefined })
    return looking
  }
  const onTime = (): void => {
    clock.setTimer(() => {
      if (!stopped) void look().then(onTime)
    }, Math.max(25, lease / 20))
  }

  return {
    get members() { return members },
    look,
    start: async () => {
      ownership.setPlaces(true)
      await ownership.renew()
      for (let first = 0; first < accounts.length; first += 10_000) {
        const some = accounts.slice(first, first + 10_000)
        await connections.run(REGISTER, [some])
        await connections.run(REGISTER_LEASES, [some])
      }
      await look()
      onTime()
    },
    stop: () => { stopped = true },
  }
}
