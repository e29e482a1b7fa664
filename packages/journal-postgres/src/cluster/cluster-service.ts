import { randomUUID } from 'node:crypto'
import {
  type AccountValues, type Alert, type ApprovalProvider, type BrokerConnection, type BrokerInfo, type CancelResult, type Clock, type ExecutionService, type GuardStatus, historyOrderIdOf, isKillScope, type Journal, KILL_LEVELS,
  type KillReport, type KillStatus, type LimitsCommand, type LimitsOutcome, type Order, type OrderFilter, type OrderState, type Position, reduceOrder, SluiceError, type StoredEvent, type StreamReset, toOrder,
} from '@sluice/core'
import { concatMap, filter, from, type Observable } from 'rxjs'
import type { Connections } from '../connections.ts'
import { pauseFor } from '../pause.ts'
import { describeError } from '../postgres-error.ts'
import type { AccountHost } from './account-host.ts'
import type { ClusterApprovals } from './cluster-approvals.ts'
import type { CommandDesk } from './command-desk.ts'
import type { EventTail } from './event-tail.ts'
import type { KillBoard } from './kill-board.ts'
import { mergeGuards } from './merge-guards.ts'
import { type Kind, perform, readAnswer } from './perform.ts'

const LOCAL = 'local'
const PERSIST_WAIT = 1000

const ACCOUNT_OF = { name: 'account-of', text: 'SELECT account FROM events WHERE order_id = $1 LIMIT 1' }
const REGISTERED = { name: 'registered', text: "SELECT account FROM leases WHERE account NOT LIKE '*%' ORDER BY account" }

export interface ClusterServicePorts {
  readonly connections: Connections
  readonly host: AccountHost
  readonly desk: CommandDesk
  readonly board: KillBoard
  readonly tail: EventTail
  readonly clock: Clock
  readonly codes: ClusterApprovals
  readonly approvals: ApprovalProvider | undefined
  readonly killStates: Observable<KillStatus>
  readonly positions$: Observable<readonly Position[]>
  readonly connection$: Observable<BrokerConnection>
  readonly onAlert: (listener: (alert: Alert) => void) => () => void
  /** Histories by their stored names. */
  readonly journal: Pick<Journal, 'readOrder'>
  readonly signal: AbortSignal
  readonly close: () => Promise<void>
}

const newestFirst = (left: Order, right: Order): number => {
  if (left.createdAt !== right.createdAt) return left.createdAt < right.createdAt ? 1 : -1
  return left.id < right.id ? 1 : -1
}

/** The service of a whole cluster on one of its nodes: what concerns an account is done by its owner, wherever that is. */
export function createClusterService(ports: ClusterServicePorts): ExecutionService {
  const { connections, host, desk, board, tail, clock, codes, approvals, killStates, signal } = ports
  const accountsOf = new Map<string, string>()
  let brokers: readonly BrokerInfo[] = []
  let state: ExecutionService['state'] = 'ready'

  const at = async <Value>(account: string, kind: Kind, input: readonly unknown[], onReplay?: () => void): Promise<Value> => {
    if (state === 'closed') throw new SluiceError('CLOSED', 'the node is closed')
    const service = host.services.get(account)
    const own = service === undefined ? undefined : await perform(service, kind, JSON.stringify(input), codes.inner)
    const answer = own ?? await desk.ask(account, kind, input)
    return readAnswer(answer, onReplay) as Value
  }

  const registered = async (): Promise<readonly string[]> => (await connections.run<{ readonly account: string }>(REGISTERED, [])).rows.map(({ account }) => account)

  const accountOf = async (orderId: string): Promise<string | undefined> => {
    const known = accountsOf.get(orderId)
    if (known !== undefined) return known
    const { rows: [row] } = await connections.run<{ readonly account: string }>(ACCOUNT_OF, [orderId])
    if (row === undefined) return undefined
    if (accountsOf.size >= 10_000) accountsOf.clear()
    accountsOf.set(orderId, row.account)
    return row.account
  }
  const ofOrder = async <Value>(orderId: string, kind: Kind, input: readonly unknown[]): Promise<Value> => {
    const account = await accountOf(orderId)
    if (account === undefined) throw new SluiceError('ORDER_NOT_FOUND', `no order ${orderId.slice(0, 64)}`)
    return at(account, kind, input)
  }
  const ofAccounts = async <Item>(wanted: Pick<OrderFilter, 'account'>, kind: Kind, input: (account: string) => readonly unknown[]): Promise<readonly Item[]> => {
    const names = wanted.account === undefined ? await registered() : [wanted.account]
    return (await Promise.all(names.map((account): Promise<readonly Item[]> => at(account, kind, input(account))))).flat()
  }

  const listOrders: ExecutionService['listOrders'] = async (wanted = {}) =>
    (await ofAccounts<Order>(wanted, 'listOrders', (account) => [{ ...wanted, account }])).toSorted(newestFirst).slice(0, wanted.limit ?? 1000)
  const positions: ExecutionService['positions'] = (wanted = {}) => ofAccounts(wanted, 'positions', (account) => [{ account }])

  const status = (): KillStatus => {
    const entries = new Map(board.state.engaged.map((entry) => [entry.scope, entry]))
    for (const service of host.services.values()) for (const entry of service.killSwitch.status().engaged) if (!entries.has(entry.scope)) entries.set(entry.scope, entry)
    return { epoch: board.state.epoch, engaged: [...entries.values()] }
  }

  const engage: ExecutionService['killSwitch']['engage'] = async (command) => {
    const { scope = 'global', level = 'cancel_all', reason, actor = LOCAL, trigger, externalOrders } = command
    if (!isKillScope(scope) || !KILL_LEVELS.includes(level) || typeof reason !== 'string' || reason.trim() === '' || (level === 'flatten' && scope.startsWith('strategy:'))) {
      throw new SluiceError('ORDER_INVALID', 'engaging needs a scope, a level that the scope can have, and a reason')
    }
    // Blocks here in this tick; the other processes stop within a second, whether they hear of it or not.
    const blocked = [...host.services].filter(([account]) => !scope.startsWith('account:') || scope === `account:${account}`)
      .map(([, service]) => service.killSwitch.engage({ ...command, trigger: 'CLUSTER' }))
    const written = board.insist({ action: 'engage', scope, level, reason, actor, ...(trigger !== undefined && { trigger }), ...(externalOrders !== undefined && { externalOrders }) }).then(() => true, () => false)
    const durable = await Promise.race([written, pauseFor(clock, PERSIST_WAIT).then(() => false)])
    const reports = (await Promise.allSettled(blocked)).flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const all = (part: 'inFlight' | 'working' | 'unknown'): readonly string[] => reports.flatMap((report: KillReport) => report[part])
    return { epoch: board.state.epoch, durable, inFlight: all('inFlight'), working: all('working'), unknown: all('unknown') }
  }

  const release: ExecutionService['killSwitch']['release'] = async ({ scope = 'global', code, reason, actor = LOCAL }) => {
    const entry = board.state.engaged.find((engaged) => engaged.scope === scope)
    if (entry === undefined) {
      if (scope.startsWith('account:')) await at(scope.slice(8), 'release', [{ scope, code, reason, actor }])
      return status()
    }
    const isLive = [...host.services.values()].some((service) => service.brokers.some(({ environment }) => environment === 'live'))
    if (approvals === undefined && isLive) throw new SluiceError('APPROVAL_UNAVAILABLE', 'on a live broker the release needs a code; configure approvals of the node')
    if (approvals !== undefined && !await codes.spend(approvals, { actor, code, subject: `release ${scope}` })) {
      throw new SluiceError('APPROVAL_REFUSED', 'the release needs a fresh code; this one is missing, wrong, too old or was used before', { retryable: true })
    }
    await board.write({ action: 'release', scope, level: entry.level, reason, actor })
    return status()
  }

  /** The same change in the history of every account, by its owner; a human's code is spent once for all of them. */
  const updateLimits = async ({ code, ...command }: LimitsCommand): Promise<LimitsOutcome> => {
    const { actor = LOCAL, guard } = command
    if (code !== undefined && approvals !== undefined && !await codes.spend(approvals, { actor, code, subject: `limits of ${guard}` })) {
      throw new SluiceError('APPROVAL_REFUSED', 'a looser limit needs a fresh code; this one is wrong, too old or was used before', { retryable: true })
    }
    const names = await registered()
    const results = await Promise.allSettled(names.map((account) => at<LimitsOutcome>(account, 'limits', [command, code !== undefined && approvals !== undefined])))
    const outcomes = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const failed = results.flatMap((result, index) => (result.status === 'rejected' ? [[names[index] as string, result.reason as unknown] as const] : []))
    const [first] = failed
    if (first !== undefined) {
      if (outcomes.length === 0) throw first[1]
      const some = failed.slice(0, 5).map(([account]) => account).join(', ')
      throw new SluiceError('NOT_READY', `${guard} changed for ${outcomes.length} accounts and not for ${failed.length} (${some}): ${describeError(first[1])}. Ask again: what has changed stays as it is`, { retryable: true })
    }
    const all = (part: 'tightened' | 'loosened'): readonly string[] => [...new Set(outcomes.flatMap((outcome) => outcome[part]))]
    return { version: Math.max(0, ...outcomes.map(({ version }) => version)), tightened: all('tightened'), loosened: all('loosened') }
  }

  async function* events(account: string, after: number, ended: AbortSignal): AsyncGenerator<StoredEvent | StreamReset, void, undefined> {
    let seen = after
    const last = await tail.last(account)
    if (after > last) {
      const [orders, held] = account === '*' ? [[], []] : await Promise.all([listOrders({ account }), positions({ account })])
      yield { type: 'stream_reset', account, sequence: last, orders, positions: held }
      seen = last
    }
    yield* tail.read(account, seen, ended)
  }

  /** The order as it was after one of its events. */
  const orderAt = async ({ account, sequence }: StoredEvent, orderId: string): Promise<Order | undefined> => {
    let order: OrderState | undefined
    for (const event of await ports.journal.readOrder(account, orderId)) if (event.sequence <= sequence && historyOrderIdOf(event) === orderId) order = reduceOrder(order, event)
    return order === undefined ? undefined : toOrder(order)
  }

  return {
    placeOrder: async (request, { actor = LOCAL, signal: given, onReplay, notAfter } = {}) => {
      if (given?.aborted === true) throw new SluiceError('ABORTED', 'the signal fired before anything was recorded')
      // The key is what makes a command that is carried out twice harmless.
      const keyed = { ...request, idempotencyKey: request.idempotencyKey ?? randomUUID() }
      const account = request.account ?? 'main'
      const order: Order = await at(account, 'placeOrder', [keyed, { actor, ...(notAfter !== undefined && { notAfter }) }], onReplay)
      accountsOf.set(order.id, account)
      return order
    },
    preflight: (request, { actor = LOCAL } = {}) => at(request.account ?? 'main', 'preflight', [request, { actor }]),
    approveOrder: (orderId, approval) => ofOrder(orderId, 'approveOrder', [orderId, approval]),
    cancelOrder: (orderId, options) => ofOrder(orderId, 'cancelOrder', [orderId, options]),
    cancelOrders: (wanted = {}, options = {}) => ofAccounts<CancelResult>(wanted, 'cancelOrders', (account) => [{ ...wanted, account }, options]),
    replaceOrder: (orderId, changes, options) => ofOrder(orderId, 'replaceOrder', [orderId, changes, options]),
    resolveOrder: (orderId, resolution, options) => ofOrder(orderId, 'resolveOrder', [orderId, resolution, options]),
    adoptPositions: (account, adoption, options) => at(account, 'adoptPositions', [account, adoption, options]),
    unlockApprover: (person, by) => (approvals === undefined
      ? Promise.reject(new SluiceError('APPROVAL_UNAVAILABLE', 'the node has no approvals: configure them'))
      : codes.unlock(approvals, person, by)),
    getOrderStatus: async (orderId) => {
      const account = await accountOf(orderId)
      return account === undefined ? undefined : at(account, 'getOrderStatus', [orderId])
    },
    orderEvents: async (orderId) => {
      const account = await accountOf(orderId)
      return account === undefined ? undefined : ports.journal.readOrder(account, orderId)
    },
    listOrders, positions,
    accountValues: async (account = 'main') => (await at<AccountValues | null | undefined>(account, 'accountValues', [account])) ?? undefined,
    guards: async (wanted = {}) => mergeGuards(await ofAccounts<GuardStatus>(wanted, 'guards', (account) => [{ account }])),
    limits: { update: updateLimits },
    events: ({ account = 'main', after = 0, signal: given } = {}) => events(account, after, given === undefined ? signal : AbortSignal.any([given, signal])),
    on: (type: string, listener: (value: never) => void) => {
      if (type === 'alert') return ports.onAlert(listener as never)
      const subscription = tail.events$.pipe(filter((event) => type === 'event' || event.type === type)).subscribe((event) => { (listener as unknown as (value: StoredEvent) => void)(event) })
      return () => { subscription.unsubscribe() }
    },
    events$: tail.events$,
    orders$: tail.events$.pipe(concatMap((event) => {
      const orderId = historyOrderIdOf(event)
      return orderId === undefined ? [] : from(orderAt(event, orderId))
    }), filter((order) => order !== undefined)),
    positions$: ports.positions$,
    connection$: ports.connection$,
    killSwitch: { engage, release, status, state$: killStates },
    get brokers() {
      // A node that owns nothing right now still knows what the accounts trade at.
      brokers = [...host.services.values()][0]?.brokers ?? brokers
      return brokers
    },
    get state() { return state },
    backup: () => Promise.reject(new SluiceError('CONFIGURATION_INVALID', 'a PostgreSQL journal is copied by pg_basebackup or a standby')),
    close: () => {
      state = 'closed'
      return ports.close()
    },
  }
}
