import { type Alert, type BrokerConnection, type ExecutionService, type KillStatus, type Position, silentLogger } from '@sluice/core'
import { BehaviorSubject, Subject } from 'rxjs'
import { createConnections } from '../connections.ts'
import { createJournalView, PLAIN_NAMES } from '../journal-view.ts'
import { settingsOf } from '../options.ts'
import { createOwnership } from '../ownership.ts'
import { type AccountHost, createAccountHost } from './account-host.ts'
import { channelsOf } from './channels.ts'
import { createClusterApprovals } from './cluster-approvals.ts'
import type { ClusterNodeOptions, Shared } from './cluster-options.ts'
import { createClusterService } from './cluster-service.ts'
import { createCommandDesk } from './command-desk.ts'
import { createEventTail } from './event-tail.ts'
import { createKillBoard } from './kill-board.ts'
import { type Placement, placeAccounts } from './place-accounts.ts'
import { createSharedLimit, type SharedLimit } from './shared-limit.ts'

/** One process of a cluster. */
export interface ClusterNode {
  /** This process among the members. */
  readonly member: string
  /** The processes that live, as this one last saw them. */
  readonly members: readonly string[]
  /** The accounts whose orders this process sends. */
  readonly owned: readonly string[]
  /** Answers for every account of the cluster: what concerns one is done by its owner. Give it to `createExecutionApi`. */
  readonly service: ExecutionService
  /** Lets what is in flight reach its verdict, hands its accounts over and leaves. */
  close(): Promise<void>
}

/**
 * Joins a cluster: takes its share of the accounts, answers for all of them, and takes over from nodes that are gone. Resolves
 * when it has looked at the accounts once.
 * @throws SluiceError JOURNAL_FAILED, CONFIGURATION_INVALID
 */
export async function createClusterNode(options: ClusterNodeOptions): Promise<ClusterNode> {
  const settings = settingsOf(options.journal)
  const { clock, schema, lease } = settings
  const { logger = silentLogger, accounts, forwardTimeout = 15_000, openAtOnce = 16, approvals, approverAttempts = 10 } = options
  const connections = createConnections(settings)
  const ownership = createOwnership(connections, settings)
  const channels = channelsOf(schema)
  const durability = settings.allowDataLoss ? 'memory' : 'synced'
  const plain = createJournalView(connections, ownership, durability, PLAIN_NAMES, async () => undefined)
  const killStates = new BehaviorSubject<KillStatus>({ epoch: 0, engaged: [] })
  const positions = new Subject<readonly Position[]>()
  const brokerConnections = new Subject<BrokerConnection>()
  const alerts = new Set<(alert: Alert) => void>()
  const limits = new Map<string, SharedLimit>()
  const abort = new AbortController()
  const parts: { host?: AccountHost; placement?: Placement } = {}
  let ending: Promise<void> | undefined

  const board = createKillBoard(connections, clock, channels.kill, (state) => {
    parts.host?.follow(state)
    killStates.next(state)
  })
  const codes = createClusterApprovals(() => board, plain, clock, approverAttempts)
  const tail = createEventTail(connections, ownership, plain, clock, channels.events)
  const shared: Shared = {
    limit: (limit) => {
      const known = limits.get(limit.scope) ?? createSharedLimit(connections, clock, limit)
      limits.set(limit.scope, known)
      return known.guard
    },
  }
  const host = createAccountHost({
    connections, ownership, durability, logger, clock, codes,
    board: () => board,
    options: (account) => options.service(account, shared),
    opened: (_account, service) => {
      tail.tell(service)
      service.on('event', (event) => { for (const limit of limits.values()) limit.observe(event) })
      service.on('alert', (alert) => { for (const listener of alerts) listener(alert) })
      service.positions$.subscribe((value) => { positions.next(value) })
      service.connection$.subscribe((value) => { brokerConnections.next(value) })
    },
  })
  parts.host = host
  const placement = placeAccounts(connections, ownership, host, clock, { lease, accounts, openAtOnce, logger })
  const desk = createCommandDesk(connections, ownership, channels, clock, forwardTimeout, codes.inner, (account) => host.services.get(account))

  const close = async (): Promise<void> => {
    connections.hurry(lease)
    placement.stop()
    ownership.setPlaces(false)
    await ownership.renew().catch(() => undefined)
    await host.close()
    await Promise.all([...limits.values()].map((limit) => limit.close()))
    abort.abort()
    desk.stop()
    board.stop()
    tail.stop()
    await plain.close()
    await ownership.close()
    await connections.close()
  }
  const end = (): Promise<void> => {
    ending ??= close()
    return ending
  }

  try {
    ownership.listen(channels.kill, () => { board.read().catch(() => undefined) })
    tail.start()
    desk.start()
    await board.start()
    await placement.start()
  } catch (error) {
    await end().catch(() => undefined)
    throw error
  }

  const service = createClusterService({
    connections, host, desk, board, tail, clock, codes, approvals, journal: plain, killStates, positions$: positions, connection$: brokerConnections,
    onAlert: (listener) => {
      alerts.add(listener)
      return () => { alerts.delete(listener) }
    },
    signal: abort.signal, close: end,
  })
  return {
    member: ownership.member, service, close: end,
    get members() { return placement.members },
    get owned() { return [...host.services.keys()] },
  }
}
