import { type ExecutionService, type Order, type OrderRequest, parseOrderRequest, SluiceError } from '@sluice/core'
import type { Judge } from './judge.ts'
import type { Action } from './plan.ts'
import { CLOCKS_AGREE, codeOf, type Process } from './world.ts'

/** Calls of the plan that have not ended, by what they are. */
export interface Calls {
  perform(action: Action): void
  /** What has not ended of a process that lives. */
  open(): readonly string[]
  /** The requests that were placed, by key. */
  readonly requests: ReadonlyMap<string, OrderRequest>
}

/** What a command may answer with instead of an order. */
const EXPECTED: ReadonlySet<string> = new Set([
  'ORDER_INVALID', 'IDEMPOTENCY_CONFLICT', 'BUSY', 'JOURNAL_FAILED', 'CLOSED', 'NOT_READY', 'ORDER_NOT_FOUND', 'ORDER_FINISHED', 'CANCEL_REFUSED', 'REPLACE_REFUSED', 'REPLACE_DENIED',
  'VERSION_CONFLICT', 'APPROVAL_REFUSED', 'FENCED', 'RESCUE_MODE',
])
const CANCEL_MAY_SAY: ReadonlySet<string> = new Set(['CANCEL_REFUSED', 'ORDER_NOT_FOUND', 'CLOSED'])

export function createCalls(judge: Judge): Calls {
  const { world } = judge
  const requests = new Map<string, OrderRequest>()
  const ids = new Map<string, string>()
  const running = new Map<string, Process>()
  const spent = new Set<number>()
  /** When a human first saw that an order is unknown. */
  const doubted = new Map<string, number>()
  let calls = 0

  /** Watches a call of a living process; what a dead one answers nobody hears. */
  const watch = (name: string, process: Process, call: Promise<unknown>, ended: (outcome: unknown, error: SluiceError | undefined) => void = () => undefined): void => {
    calls += 1
    const id = `${name} (call ${calls})`
    running.set(id, process)
    const finish = (text: string): boolean => {
      running.delete(id)
      if (process.dead) return false
      world.trace(`   ${name}: ${text}`)
      return true
    }
    call.then((outcome) => { if (finish(shown(outcome))) ended(outcome, undefined) }, (error: unknown) => {
      if (!finish(SluiceError.isInstance(error) ? error.code : String(error))) return
      if (!SluiceError.isInstance(error)) { judge.violate('X1', `${name}: ${error instanceof Error ? error.stack?.split('\n').slice(0, 2).join(' ') ?? '' : String(error)}`); return }
      judge.inspect(`${error.message} ${JSON.stringify(error)}`, 'an error')
      if (!EXPECTED.has(error.code)) judge.violate('X1', `${name}: ${error.code} ${error.message}`)
      ended(undefined, error)
    })
  }
  const place = (process: Process, service: ExecutionService, key: string, request: OrderRequest): void => {
    watch(`place ${key}`, process, service.placeOrder(request), (outcome) => {
      if (outcome === undefined) return
      const { id } = outcome as Order
      if ((ids.get(key) ?? id) !== id) judge.violate('I2', `${key} was answered with two orders`)
      ids.set(key, id)
    })
  }
  const idOf = (key: string): string => judge.ledger.byKey(key)?.id ?? ids.get(key) ?? 'none'
  const spend = (step: number, error: SluiceError | undefined): void => {
    if (error !== undefined) return
    if (spent.has(step)) judge.violate('I6', `code ${step} worked twice`)
    spent.add(step)
  }

  const withService = (action: Action, process: Process, service: ExecutionService): void => {
    switch (action.kind) {
      case 'place':
        requests.set(action.key, action.request)
        place(process, service, action.key, action.request)
        return
      case 'retry': {
        const request = requests.get(action.key)
        if (request !== undefined) place(process, service, action.key, request)
        return
      }
      case 'conflict': {
        const request = requests.get(action.key)
        if (request === undefined) return
        watch(`conflict ${action.key}`, process, service.placeOrder({ ...request, quantity: '999' }), (outcome) => {
          if (outcome !== undefined && (outcome as Order).status !== 'denied') judge.violate('I2', `${action.key} was taken for another order`)
        })
        return
      }
      case 'cancel': cancel(action.key, process, service); return
      case 'cancel_all': watch('cancel all', process, service.cancelOrders({})); return
      case 'replace': watch(`replace ${action.key}`, process, service.replaceOrder(idOf(action.key), action.changes)); return
      case 'approve': {
        const waiting = process.service?.listOrders({ status: 'pending_approval' })
        watch(`approve ${action.code}`, process, (waiting ?? Promise.resolve([])).then(async (orders): Promise<Order | string> => {
          const order = orders[0]
          return order === undefined ? 'nothing waits' : service.approveOrder(order.id, { code: codeOf(action.code) })
        }), (outcome, error) => { if (outcome !== 'nothing waits') spend(action.code, error) })
        return
      }
      case 'engage':
        watch(`engage ${action.scope} ${action.level}`, process, service.killSwitch.engage({ scope: action.scope, level: action.level, reason: 'the plan says so' }), (outcome) => {
          const report = outcome as { readonly durable: boolean } | undefined
          if (report === undefined) return
          const level = service.killSwitch.status().engaged.find(({ scope }) => scope === action.scope)?.level
          if (level !== undefined) judge.engaged.set(action.scope, { level, durable: report.durable, process: process.number })
        })
        return
      case 'release': {
        const { engaged } = service.killSwitch.status()
        const scope = engaged[0]?.scope
        if (scope === undefined) return
        judge.engaged.delete(scope)
        watch(`release ${scope} ${action.code}`, process, service.killSwitch.release({ scope, reason: 'the plan says so', code: codeOf(action.code) }), (_, error) => {
          if (error === undefined) judge.engaged.delete(scope)
          spend(action.code, error)
        })
        return
      }
      case 'limit': {
        const change = { guard: 'max-position', options: { quantity: String(action.quantity) }, reason: 'the plan says so', code: codeOf(action.code) }
        watch(`limit ${action.quantity} ${action.code}`, process, service.limits.update(change), (outcome, error) => {
          if (((outcome as { readonly loosened: readonly string[] } | undefined)?.loosened.length ?? 0) > 0) spend(action.code, error)
        })
        return
      }
      case 'resolve': resolve(action.code, process, service); return
      case 'adopt': {
        // Only what was announced is taken over: a person has a reason.
        if (!judge.ledger.anomalies.has('POSITION_MISMATCH')) return
        const adoption = { statement: 'the statement of the broker', code: codeOf(action.code) }
        watch(`adopt ${action.code}`, process, service.adoptPositions('main', adoption), (_, error) => { spend(action.code, error) })
        return
      }
      default: return
    }
  }
  const byHand = (id: string, request: OrderRequest): void => {
    const { terms } = parseOrderRequest(request)
    // Nobody here could know of it before.
    judge.excuseByHand(terms)
    world.broker.byHand(id, terms).then((taken) => { world.trace(`   ${id}: ${taken ? 'taken' : 'refused'}`) }, () => undefined)
  }
  const cancel = (key: string, process: Process, service: ExecutionService): void => {
    const own = judge.ledger.byKey(key)
    const failedBefore = process.journal.state !== 'open'
    watch(`cancel ${key}`, process, service.cancelOrder(idOf(key)), (_, error) => {
      if (error !== undefined && !CANCEL_MAY_SAY.has(error.code)) judge.violate(failedBefore ? 'I10' : 'I9', `the cancel of ${key} was stopped by ${error.code}`)
    })
    const open = own === undefined ? undefined : judge.bookedOf(own).find(({ status }) => status === 'new' || status === 'partially_filled')
    const asked = world.time.elapsed()
    // An order that cannot be told from an older one has no name yet to cancel it by.
    if (own === undefined || open === undefined || Math.abs(world.skew) > CLOCKS_AGREE || judge.connections.get(process.lines.of(own.symbol).number) !== 'ready') return
    // Long enough for a look-up, a refusal and the journal's 50 ms; a process without a journal is soon restarted.
    const look = (): void => {
      if (process.dead || world.process !== process || process.service?.state === 'closed') return
      // While the stream is cut questions fail: an order whose answer was lost has no name yet to cancel it by.
      if (judge.connections.get(process.lines.of(own.symbol).number) !== 'ready') { world.time.clock.setTimer(look, 2000); return }
      const written = [...own.clientOrderIds.keys()].some((id) => (judge.cancelsWritten.get(id) ?? -1) >= asked - 2500)
      const isOpen = judge.bookedOf(own).some(({ status }) => status === 'new' || status === 'partially_filled')
      if (isOpen && !written) judge.violate(process.journal.state === 'open' ? 'I9' : 'I10', `the cancel of ${key} was never written`)
    }
    world.time.clock.setTimer(look, failedBefore ? 1200 : 4000)
  }
  /** What a human finds in the broker's own books. */
  const resolve = (code: number, process: Process, service: ExecutionService): void => {
    watch(`resolve ${code}`, process, service.listOrders({ status: 'unknown' }).then(async (orders): Promise<Order | string> => {
      const now = world.time.elapsed()
      for (const { id } of orders) if (!doubted.has(id)) doubted.set(id, now)
      // Nobody picks up the telephone for an order that was lost a moment ago.
      const order = orders.find(({ id }) => now - (doubted.get(id) ?? now) > 3000)
      const own = order === undefined ? undefined : judge.ledger.orders.get(order.id)
      if (order === undefined || own === undefined) return 'nothing is unknown for long'
      const booked = judge.bookedOf(own)[0]
      const statement = { statement: 'read in the books of the broker', code: codeOf(code) }
      return service.resolveOrder(order.id, booked === undefined ? { absent: true, ...statement } : { brokerOrderId: booked.brokerOrderId, ...statement })
    }), (outcome, error) => { if (typeof outcome !== 'string') spend(code, error) })
  }

  return {
    requests,
    open: () => [...running].filter(([, process]) => !process.dead).map(([name]) => name),
    perform: (action) => {
      const { process } = world
      switch (action.kind) {
        case 'move': world.prices.set(action.symbol, action.price); return
        case 'external': byHand(action.id, action.request); return
        case 'external_cancel': void world.broker.cancelByHand(action.id); return
        case 'fault': world.broker.inject(action.fault); return
        case 'journal_fault': world.disk.inject(action.fault); return
        case 'crash': world.crash(action.kept, action.down); return
        case 'close': world.close(); return
        case 'jump':
          world.jump(action.by)
          judge.jumpedAt = world.time.elapsed()
          return
        default:
          if (action.kind === 'place') requests.set(action.key, action.request)
          if (process === undefined || process.dead || process.service === undefined || process.service.state === 'closed') world.trace('   nobody is there')
          else withService(action, process, process.service)
      }
    },
  }
}

function shown(outcome: unknown): string {
  if (Array.isArray(outcome)) return `${outcome.length} orders`
  if (typeof outcome !== 'object' || outcome === null) return String(outcome)
  if ('status' in outcome) return `${String(outcome.status)}${'denial' in outcome ? ` ${(outcome.denial as { code: string }).code}` : ''}`
  return 'engaged' in outcome || 'epoch' in outcome ? 'done' : 'ok'
}
