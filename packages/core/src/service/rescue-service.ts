import { BehaviorSubject, EMPTY, NEVER, Subject } from 'rxjs'
import type { BrokerUpdate, CommandOutcome } from '../broker/broker-adapter.ts'
import { isFinished, type Order } from '../order/order.ts'
import { cancelExternal, externalOrderId, listBrokerOrders, readExternalOrderId, toExternalOrder } from '../pipeline/facts/external-order.ts'
import type { Alert } from '../pipeline/alert.ts'
import type { BrokerLink } from '../pipeline/context.ts'
import type { BrokerOrder } from '../broker/broker-adapter.ts'
import { type Clock, sleep, toIso } from '../runtime/clock.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'
import type { Logger } from '../runtime/logger.ts'
import { createEventHub } from '../streams/event-hub.ts'
import type { BrokerConnection, CancelResult, ExecutionService, KillReport, KillStatus, OrderFilter } from './execution-service.ts'

export interface RescueOptions {
  /** Why the service cannot start as it should. */
  readonly cause: unknown
  readonly links: ReadonlyMap<string, BrokerLink>
  readonly clock: Clock
  readonly logger: Logger
  readonly tag: string
  /** How long a broker may take to answer, in ms. */
  readonly timeout: number
}

interface Found {
  readonly link: BrokerLink
  readonly order: BrokerOrder
}

const PAUSE = 500
const LONGEST_PAUSE = 30_000

const matches = (order: Order, filter: OrderFilter): boolean => (filter.account === undefined || filter.account === order.account)
  && (filter.symbol === undefined || filter.symbol === order.symbol) && filter.strategy === undefined
  && (filter.status === undefined || (typeof filter.status === 'string' ? filter.status === order.status : filter.status.includes(order.status)))
  && filter.source !== 'own' && (filter.open === undefined || filter.open !== isFinished(order.status))

/**
 * A service without a journal (PROTOCOL C4): engaged globally, so that nothing new is sent; what brokers show can be listed and
 * cancelled, by the brokers' own ids. Everything else rejects with RESCUE_MODE.
 */
export function createRescueService({ cause, links, clock, logger, tag, timeout }: RescueOptions): ExecutionService {
  const hub = createEventHub()
  const abort = new AbortController()
  const { signal } = abort
  const reason = `the journal cannot be used: ${describeError(cause)}`
  const refusal = (): SluiceError => new SluiceError('RESCUE_MODE', `rescue mode, only listing and cancelling work: ${reason}. Mend or replace the journal, then restart`, { cause })
  const reject = (): Promise<never> => Promise.reject(refusal())
  const kill: KillStatus = { epoch: 1, engaged: [{ scope: 'global', level: 'no_new', reason, actor: 'sluice', since: toIso(clock.now()), epoch: 1 }] }
  const kill$ = new BehaviorSubject(kill)
  const connections$ = new Subject<BrokerConnection>()
  let state: ExecutionService['state'] = 'rescue'
  let attempts = 0

  const alert = (value: Alert): void => { hub.alert(value) }
  const set = (link: BrokerLink, connection: BrokerLink['connection'], why?: string): void => {
    link.connection = connection
    connections$.next({ broker: link.name, state: connection, ...(why !== undefined && { reason: why }) })
  }
  /** Nothing here is durable, so nothing may be acknowledged: the broker says it again to the service that comes after. */
  const deliver = (link: BrokerLink, update: BrokerUpdate): Promise<void> => {
    if (update.kind !== 'connection') return new Promise(() => undefined)
    set(link, update.state, update.reason)
    return Promise.resolve()
  }
  const connect = async (link: BrokerLink): Promise<void> => {
    for (let pause = PAUSE; !signal.aborted; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await link.adapter.connect({ clock, logger, signal, deliver: (update) => deliver(link, update) })
        if (link.connection === 'connecting') set(link, 'ready')
        return
      } catch (error) {
        alert({ code: 'BROKER_DISCONNECTED', message: `${link.name} cannot be reached and is tried again: ${describeError(error)}`, cause: error })
        await sleep(clock, pause, signal)
      }
    }
  }
  /** Everything that was ever listed, by its id: a cancel needs no new listing. */
  const listed = new Map<string, Found>()
  const list = async (filter: OrderFilter): Promise<readonly Found[]> => {
    const wanted = [...links.values()].filter(({ name, account }) => (filter.broker ?? name) === name && (filter.account ?? account) === account)
    try {
      const lists = await Promise.all(wanted.map(async (link) => (await listBrokerOrders(link, clock, timeout, signal)).map((order): Found => ({ link, order }))))
      for (const found of lists.flat()) listed.set(externalOrderId(found.link.name, found.order.brokerOrderId), found)
      return lists.flat()
    } catch (error) {
      // A part of the list would look like the whole of it.
      throw new SluiceError('NOT_READY', `${describeError(error)}; ask again, or for one broker`, { retryable: true, cause: error })
    }
  }
  const shown = ({ link, order }: Found): Order => toExternalOrder(link, order)
  const cancel = ({ link, order }: Found): Promise<CommandOutcome> => {
    attempts += 1
    return cancelExternal(link, order, { tag, clock, signal, timeout, attempt: attempts })
  }
  const cancelFound = async (found: Found): Promise<Order> => {
    const outcome = await cancel(found)
    const order = shown(found)
    if (outcome.kind === 'refused') throw new SluiceError('CANCEL_REFUSED', `the broker refused the cancel: ${outcome.message}`, { orderId: order.id })
    if (outcome.kind === 'not_sent') throw new SluiceError('NOT_READY', `the cancel could not be sent: ${outcome.reason}`, { orderId: order.id, retryable: true })
    return isFinished(order.status) || order.status === 'rejected' ? order : { ...order, status: 'pending_cancel' }
  }
  const cancelById = async (orderId: string): Promise<Order> => {
    const named = readExternalOrderId(orderId)
    const known = listed.get(orderId)
    const found = (await list(named === undefined ? {} : { broker: named.broker }).catch((error: unknown): readonly Found[] => { if (known === undefined) throw error; return [known] }))
      .find(({ order }) => (named === undefined ? order.clientOrderId === orderId || order.brokerOrderId === orderId : order.brokerOrderId === named.brokerOrderId))
    if (found === undefined) throw new SluiceError('ORDER_NOT_FOUND', `no broker shows an open order ${orderId.slice(0, 64)}; listOrders shows what there is`)
    return cancelFound(found)
  }
  const cancelAll = async (filter: OrderFilter): Promise<readonly CancelResult[]> => {
    const found = (await list(filter)).filter((entry) => matches(shown(entry), filter))
    return Promise.all(found.map(async (entry): Promise<CancelResult> => {
      const { id: orderId } = shown(entry)
      try {
        return { kind: 'order', orderId, order: await cancelFound(entry) }
      } catch (error) {
        return { kind: 'error', orderId, error: SluiceError.isInstance(error) ? error : new SluiceError('CANCEL_REFUSED', describeError(error), { orderId, cause: error }) }
      }
    }))
  }
  /** Until two listings in a row show nothing, or the service closes. */
  const sweep = async (filter: OrderFilter): Promise<void> => {
    for (let clean = 0; clean < 2 && !signal.aborted;) {
      try {
        clean = (await cancelAll(filter)).length === 0 ? clean + 1 : 0
      } catch (error) {
        clean = 0
        logger.warn('the sweep could not list the orders of a broker; it tries again', { reason: describeError(error) })
      }
      await sleep(clock, PAUSE, signal)
    }
  }

  for (const link of links.values()) void connect(link)

  return {
    placeOrder: reject, preflight: reject, approveOrder: reject, replaceOrder: reject, resolveOrder: reject, adoptPositions: reject, unlockApprover: reject,
    cancelOrder: cancelById,
    cancelOrders: (filter = {}) => cancelAll({ ...filter, open: true }),
    getOrderStatus: async (orderId) => (await list({})).map(shown).find(({ id }) => id === orderId),
    orderEvents: reject, backup: reject,
    // Without the journal no key is known: an empty list would say that it is free.
    listOrders: async (filter = {}) => filter.idempotencyKey !== undefined ? reject() : (await list(filter)).map(shown).filter((order) => matches(order, filter)).slice(0, filter.limit ?? 1000),
    positions: reject,
    accountValues: async (account) => {
      const link = [...links.values()].find((candidate) => (account ?? candidate.account) === candidate.account)
      const snapshot = await link?.adapter.snapshot()
      return snapshot?.account.status === 'present' ? snapshot.account.value : undefined
    },
    guards: async () => [], limits: { update: reject },
    events: () => { throw refusal() },
    on: (type: string, listener: (value: never) => void) => hub.on(type, listener),
    events$: NEVER, orders$: NEVER, positions$: EMPTY,
    connection$: hub.isolate(connections$),
    killSwitch: {
      engage: async ({ scope = 'global', level = 'cancel_all' }): Promise<KillReport> => {
        const filter: OrderFilter = scope.startsWith('broker:') ? { broker: scope.slice(7) } : scope.startsWith('account:') ? { account: scope.slice(8) } : scope.startsWith('symbol:') ? { symbol: scope.slice(7) } : {}
        if (scope.startsWith('strategy:')) throw refusal()
        const working = (await list(filter).catch((): readonly Found[] => [])).map((found) => shown(found).id)
        if (level === 'cancel_all' || level === 'flatten') void sweep(filter)
        return { epoch: kill.epoch, durable: false, inFlight: [], working, unknown: [] }
      },
      release: reject,
      status: () => kill,
      state$: kill$,
    },
    brokers: [...links.values()].map(({ name, adapter }) => ({ name, environment: adapter.capabilities.environment })),
    get state() { return state },
    rescue: refusal(),
    close: async () => {
      state = 'closed'
      abort.abort()
      await Promise.allSettled([...links.values()].map(({ adapter }) => adapter.close()))
      hub.close()
    },
  }
}
