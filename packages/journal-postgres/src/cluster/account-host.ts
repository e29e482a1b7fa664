import { type Clock, createExecutionService, type ExecutionService, type Journal, type KillState, type Logger, SluiceError } from '@sluice/core'
import type { Connections } from '../connections.ts'
import { createJournalView } from '../journal-view.ts'
import type { Ownership } from '../ownership.ts'
import { describeError } from '../postgres-error.ts'
import type { ClusterApprovals } from './cluster-approvals.ts'
import type { AccountServiceOptions } from './cluster-options.ts'
import type { KillBoard } from './kill-board.ts'

/** What the board engaged in the service of an account. */
const BY_CLUSTER = 'CLUSTER'
/** From here on an opening is worth a line in the log, in ms. */
const SLOW = 3000

/** The services of the accounts that this process owns. */
export interface AccountHost {
  readonly services: ReadonlyMap<string, ExecutionService>
  isBusy(account: string): boolean
  /** Becomes the owner of an account, if nobody else is. Resolves with whether it is now. */
  open(account: string): Promise<boolean>
  /** Lets what is in flight reach its verdict, then gives the account free. */
  handOver(account: string): Promise<void>
  /** Engages and releases in every service what the board says. */
  follow(state: KillState): void
  close(): Promise<void>
}

export interface HostPorts {
  readonly connections: Connections
  readonly ownership: Ownership
  readonly board: () => KillBoard
  readonly codes: ClusterApprovals
  readonly durability: Journal['durability']
  readonly logger: Logger
  readonly clock: Clock
  readonly options: (account: string) => AccountServiceOptions | Promise<AccountServiceOptions>
  /** A service has opened and is about to be reached. */
  readonly opened: (account: string, service: ExecutionService) => void
}

const ownGlobal = (account: string): string => `*@${account}`

/** The journal of one account: its history, and what concerns all accounts of its service under a name of its own. */
function journalOf(account: string, { connections, ownership, board, codes, durability }: HostPorts): Journal {
  const epochs = new Map<string, number>()
  const release = async (): Promise<void> => {
    await Promise.all([...epochs].map(([stored, epoch]) => ownership.release(stored, epoch).catch(() => undefined)))
  }
  const stored = (name: string): string => (name === '*' ? ownGlobal(account) : name)
  const view = createJournalView(connections, ownership, durability, {
    stored, shown: (name) => (name === ownGlobal(account) ? '*' : name), cursor: (name) => `${account}/${name}`, only: [account, ownGlobal(account)],
  }, release)
  return {
    ...view,
    advance: async (counter, to) => codes.isSpent(counter) || view.advance(counter, to),
    claim: async (name) => {
      const lease = await view.claim(name)
      epochs.set(stored(name), lease.epoch)
      return { ...lease, isLive: () => lease.isLive?.() === true && board().isFresh() }
    },
  }
}

export function createAccountHost(ports: HostPorts): AccountHost {
  const { ownership, board, codes, logger, options, opened } = ports
  const services = new Map<string, ExecutionService>()
  /** Accounts that are being opened or closed. */
  const busy = new Map<string, Promise<unknown>>()
  let closed = false

  const during = <Value>(account: string, work: Promise<Value>): Promise<Value> => {
    busy.set(account, work)
    const done = (): void => { if (busy.get(account) === work) busy.delete(account) }
    work.then(done, done)
    return work
  }

  const align = (account: string, service: ExecutionService, { engaged }: KillState): void => {
    const own = service.killSwitch.status().engaged
    const wanted = engaged.filter(({ scope }) => !scope.startsWith('account:') || scope === `account:${account}`)
    for (const { scope, level, reason, actor, externalOrders } of wanted) {
      if (own.some((entry) => entry.scope === scope && entry.level === level)) continue
      // Blocks in this tick; what follows is its own business.
      service.killSwitch.engage({ scope, level, reason, actor, trigger: BY_CLUSTER, ...(externalOrders !== undefined && { externalOrders }) }).catch(() => undefined)
    }
    for (const { scope, trigger } of own) {
      if (trigger !== BY_CLUSTER || wanted.some((entry) => entry.scope === scope)) continue
      service.killSwitch.release({ scope, code: codes.inner, reason: 'released for the cluster', actor: BY_CLUSTER }).catch((error: unknown) => {
        logger.warn('a release could not be followed', { account, scope, reason: describeError(error) })
      })
    }
  }

  const drop = (account: string, service: ExecutionService): Promise<void> => {
    if (services.get(account) === service) services.delete(account)
    return during(account, service.close().catch(() => undefined))
  }

  const openService = async (account: string): Promise<boolean> => {
    const journal = journalOf(account, ports)
    const began = ports.clock.monotonic()
    try {
      const given = await options(account)
      const approvals = given.approvals ?? given.guards?.find((guard) => guard.approvals !== undefined)?.approvals
      const service = await createExecutionService({
        ...given, journal, accounts: [account],
        ...(given.guards !== undefined && { guards: given.guards.map((guard) => codes.guarding(guard)) }),
        // Wrong codes are counted for the cluster, not once more for each account.
        ...(approvals !== undefined && { approvals: codes.within(approvals), approverAttempts: Number.MAX_SAFE_INTEGER }),
      })
      if (service.state === 'rescue' || closed) {
        await service.close()
        // In rescue mode nothing was claimed, or not all of it.
        await journal.close()
        return false
      }
      align(account, service, board().state)
      service.on('alert', (alert) => {
        logger.warn(alert.message, { account, code: alert.code })
        if (alert.code === 'JOURNAL_FAILED') void drop(account, service)
      })
      service.on('kill_switch_changed', ({ data: { action, scope, level, reason, actor, trigger, externalOrders } }) => {
        // What concerns more than this account concerns the other processes.
        if (action !== 'engage' || trigger === BY_CLUSTER || scope === `account:${account}`) return
        board().insist({ action, scope, level, reason, actor, ...(trigger !== undefined && { trigger }), ...(externalOrders !== undefined && { externalOrders }) }).catch((error: unknown) => {
          logger.error('the kill switch could not be engaged for the cluster', { scope, reason: describeError(error) })
        })
      })
      opened(account, service)
      services.set(account, service)
      const took = ports.clock.monotonic() - began
      if (took > SLOW) logger.warn('an account took long to open', { account, ms: Math.round(took) })
      return true
    } catch (error) {
      await journal.close().catch(() => undefined)
      if (!SluiceError.isInstance(error) || error.code !== 'JOURNAL_LOCKED') logger.warn('an account could not be opened', { account, reason: describeError(error) })
      return false
    }
  }

  ownership.onLost((stored) => {
    const account = stored.startsWith('*@') ? stored.slice(2) : stored
    const service = services.get(account)
    if (service === undefined) return
    logger.warn('an account has another owner now', { account })
    void drop(account, service)
  })

  return {
    services,
    isBusy: (account) => busy.has(account),
    open: (account) => {
      if (closed || services.has(account) || busy.has(account)) return Promise.resolve(false)
      return during(account, openService(account))
    },
    handOver: async (account) => {
      const service = services.get(account)
      if (service !== undefined) await drop(account, service)
    },
    follow: (state) => { for (const [account, service] of services) align(account, service, state) },
    close: async () => {
      closed = true
      await Promise.allSettled(busy.values())
      await Promise.all([...services].map(([account, service]) => drop(account, service)))
      await Promise.allSettled(busy.values())
    },
  }
}
