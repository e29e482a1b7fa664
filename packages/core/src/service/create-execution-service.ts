import { BehaviorSubject, concat, defer, from, map, type Observable, Subject } from 'rxjs'
import { toOrder } from '../order/order.ts'
import { approveOrder } from '../pipeline/approve/approve-order.ts'
import { cancelOrder } from '../pipeline/cancel/cancel.ts'
import { engage, release } from '../pipeline/kill/kill-switch.ts'
import { onOrder } from '../pipeline/look-up/recall.ts'
import { placeOrder } from '../pipeline/place/place-order.ts'
import { preflight } from '../pipeline/place/preflight.ts'
import { replaceOrder } from '../pipeline/replace/replace-order.ts'
import { resolveOrder } from '../pipeline/look-up/resolve-order.ts'
import { unlockApprover } from '../pipeline/approve/spend-code.ts'
import { adoptPositions } from '../recovery/adopt-positions.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'
import { createEventHub } from '../streams/event-hub.ts'
import { createEventReader, type EventReader } from '../streams/event-reader.ts'
import { isKillScope, KILL_LEVELS } from '../kill-switch/kill-state.ts'
import type { BrokerConnection, CancelResult, EngageCommand, ExecutionService, KillStatus, KillSwitch, Position, Preflight } from './execution-service.ts'
import { createPipeline, type Pipeline } from './create-pipeline.ts'
import { closeService } from './close-service.ts'
import type { ExecutionServiceOptions } from './options.ts'
import { guardStatuses } from './guard-status.ts'
import { createLimitsControl } from './limits-control.ts'
import { listOrders, listPositions, ordersInMemory, resetStream } from './queries.ts'
import { createRescueService } from './rescue-service.ts'
import { type BrokerConnections, createConnections, openBooks, start } from './start.ts'

const LOCAL = 'local'

function assertEngage({ scope = 'global', level = 'cancel_all', reason, externalOrders }: EngageCommand): void {
  const fail = (path: string, rule: string, message: string): never => { throw new SluiceError('ORDER_INVALID', message, { issues: [{ path: [path], rule, message }] }) }
  if (!isKillScope(scope)) fail('scope', 'scope', 'scope must be global, broker:x, account:x, strategy:x or symbol:x')
  if (!KILL_LEVELS.includes(level)) fail('level', 'enum', `level must be one of ${KILL_LEVELS.join(', ')}`)
  if (level === 'flatten' && scope.startsWith('strategy:')) fail('level', 'unsupported', 'a position belongs to no strategy: engage cancel_all, or flatten its symbols')
  if (externalOrders !== undefined && externalOrders !== 'sweep' && externalOrders !== 'leave') fail('externalOrders', 'enum', 'externalOrders must be sweep or leave')
  if (typeof reason !== 'string' || reason.trim() === '') fail('reason', 'required', 'reason is required')
}

function createKillSwitch({ context }: Pipeline, state$: Observable<KillStatus>): KillSwitch {
  return {
    engage: async (command) => {
      assertEngage(command)
      const { scope = 'global', level = 'cancel_all', reason, actor = LOCAL, trigger, externalOrders } = command
      return engage(context, { scope, level, reason, actor, trigger, externalOrders })
    },
    release: async ({ scope = 'global', code, reason, actor = LOCAL }) => {
      assertEngage({ scope, reason })
      await release(context, { scope, code, reason, actor })
      return context.kill
    },
    status: () => context.kill,
    state$,
  }
}

/** Another process runs these accounts, or the options are wrong: no reason to touch what is at the brokers. */
function isOurOwnDoing(cause: unknown): boolean {
  return SluiceError.isInstance(cause) && (cause.code === 'JOURNAL_LOCKED' || cause.code === 'FENCED' || cause.code === 'CONFIGURATION_INVALID')
}

/**
 * Builds the gate and opens it: replays the journal, connects the brokers, compares every order, execution and position with
 * them. Resolves when orders can be placed, or after `recoveryTimeout` with brokers that new risk is refused at. A journal that
 * cannot be opened or read makes it a service in rescue mode: `state` is then `rescue`, and `rescue` says why.
 * @throws SluiceError CONFIGURATION_INVALID, JOURNAL_LOCKED, FENCED; what the only broker said when it cannot be reached
 */
export async function createExecutionService(options: ExecutionServiceOptions): Promise<ExecutionService> {
  const accounts = options.accounts ?? ['main']
  const hub = createEventHub()
  const killState = new BehaviorSubject<KillStatus>({ epoch: 0, engaged: [] })
  const connectionChanges = new Subject<BrokerConnection>()
  const positionChanges = new Subject<void>()
  let reader: EventReader | undefined
  let connections: BrokerConnections | undefined
  let state: ExecutionService['state'] = 'ready'

  const pipeline = createPipeline(options, accounts, {
    hub,
    reader: () => reader as EventReader,
    killChanged: () => { killState.next(pipeline.context.kill) },
    positionsChanged: () => { positionChanges.next() },
    flightEnded: () => { connections?.flightEnded() },
  })
  const { context } = pipeline
  reader = createEventReader(context.journal)
  connections = createConnections(context, (link, reason) => {
    connectionChanges.next({ broker: link.name, state: link.connection, ...(reason !== undefined && { reason }) })
  })
  try {
    await openBooks(pipeline, accounts)
  } catch (cause) {
    pipeline.abort()
    await context.journal.close().catch(() => undefined)
    if (isOurOwnDoing(cause)) throw cause
    context.logger.error('rescue mode: the journal cannot be used; only listing and cancelling work', { reason: describeError(cause) })
    const { brokers: links, clock, logger, tag, timing } = context
    return createRescueService({ cause, links, clock, logger, tag, timeout: timing.submitTimeout })
  }
  try {
    await start(pipeline, connections, options.limits)
    for (const person of options.unlockApprovers ?? []) if (context.approvers.has(person)) await unlockApprover(context, person, 'start')
  } catch (error) {
    pipeline.abort()
    await Promise.allSettled([...context.brokers.values()].map((link) => link.adapter.close()))
    await context.journal.close()
    throw error
  }
  for (const book of [context.globalBook, ...context.books.values()]) reader.opened(book.account, book.durableSequence)

  const positionsNow = (): readonly Position[] => listPositions(context, undefined)
  const connectionsNow = (): readonly BrokerConnection[] => [...context.brokers.values()].map((link) => ({ broker: link.name, state: link.connection }))

  const getOrderStatus: ExecutionService['getOrderStatus'] = async (orderId) => {
    try {
      return await onOrder(context, orderId, ({ order }) => toOrder(order))
    } catch (error) {
      if (SluiceError.isInstance(error) && error.code === 'ORDER_NOT_FOUND') return undefined
      throw error
    }
  }

  return {
    placeOrder: async (request, { actor = LOCAL, signal, onReplay, notAfter } = {}) => toOrder(await placeOrder(context, { request, actor, signal, onReplay, notAfter })),
    preflight: async (request, { actor = LOCAL } = {}): Promise<Preflight> => {
      const { evaluation, denial, estimatedValue, ...rest } = await preflight(context, request, actor)
      return { ...rest, decisions: evaluation.decisions, ...(denial !== undefined && { denial }), ...(estimatedValue !== undefined && { estimatedValue }) }
    },
    approveOrder: async (orderId, { code, actor = LOCAL }) => toOrder(await approveOrder(context, orderId, { code, actor })),
    cancelOrder: async (orderId, { actor = LOCAL, reason } = {}) => toOrder(await cancelOrder(context, orderId, { actor, reason })),
    cancelOrders: async (filter = {}, { actor = LOCAL, reason } = {}) => Promise.all(
      ordersInMemory(context, { source: 'own', ...filter, open: true, limit: Number.POSITIVE_INFINITY }).map(({ id: orderId }) => cancelOrder(context, orderId, { actor, reason }).then(
        (order): CancelResult => ({ kind: 'order', orderId, order: toOrder(order) }),
        (error: unknown): CancelResult => ({
          kind: 'error', orderId, error: SluiceError.isInstance(error) ? error : new SluiceError('CANCEL_REFUSED', describeError(error), { orderId, cause: error }),
        }),
      )),
    ),
    replaceOrder: async (orderId, changes, { actor = LOCAL, expectedVersion } = {}) => toOrder(await replaceOrder(context, orderId, changes, { actor, expectedVersion })),
    resolveOrder: async (orderId, resolution, { actor = LOCAL } = {}) => toOrder(await resolveOrder(context, orderId, resolution, actor)),
    adoptPositions: async (account, adoption, { actor = LOCAL } = {}) => {
      await adoptPositions(context, account, adoption, actor)
      return listPositions(context, account)
    },
    unlockApprover: (person, by) => unlockApprover(context, person, by),
    getOrderStatus,
    orderEvents: async (orderId) => {
      const order = await getOrderStatus(orderId)
      return order === undefined ? undefined : context.journal.readOrder(order.account, orderId)
    },
    listOrders: async (filter = {}) => listOrders(context, filter),
    positions: async ({ account } = {}) => listPositions(context, account),
    accountValues: async (account = accounts[0] ?? 'main') => [...context.brokers.values()].find((link) => link.account === account)?.accountValues?.values,
    guards: async ({ account } = {}) => guardStatuses(context, account),
    limits: createLimitsControl(context),
    events: ({ account = accounts[0] ?? 'main', after = 0, signal } = {}) =>
      reader.read(account, after, signal === undefined ? [context.signal] : [signal, context.signal], () => resetStream(context, account)),
    on: (type: string, listener: (value: never) => void) => hub.on(type, listener),
    events$: hub.events$,
    orders$: hub.orders$,
    positions$: hub.isolate(positionChanges.pipe(map(positionsNow))),
    connection$: hub.isolate(concat(defer(() => from(connectionsNow())), connectionChanges)),
    killSwitch: createKillSwitch(pipeline, hub.isolate(killState)),
    brokers: [...context.brokers.values()].map(({ name, adapter }) => ({ name, environment: adapter.capabilities.environment })),
    get state() { return state },
    backup: async (path) => {
      if (context.journal.backup === undefined) throw new SluiceError('CONFIGURATION_INVALID', 'this journal cannot be copied by the service')
      return context.journal.backup(path)
    },
    close: () => {
      state = 'closed'
      return closeService(pipeline, hub)
    },
  }
}
