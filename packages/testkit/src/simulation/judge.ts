import type { BrokerOrder, ExecutionService, KillLevel, Order, OrderTerms } from '@sluice/core'
import type { WireEvent } from '../faults/hub.ts'
import { createIndependentLedger, type IndependentLedger, type LedgerOrder } from './independent-ledger.ts'
import { watchStream } from './judge-stream.ts'
import { judgeWrite } from './judge-wire.ts'
import type { Plan } from './plan.ts'
import type { InvariantId, Violation } from './violation.ts'
import { LIMITS, type Process, SECRET, type World, type WorldListener } from './world.ts'

/** A kill switch that was answered for, and by whom. */
interface Engaged {
  readonly level: KillLevel
  readonly durable: boolean
  /** The process that answered. */
  readonly process: number
}

/** No move of the plan goes below this price. */
const CHEAPEST = 96

/** A limit counts from the tick of its change and is durable a little later, in ms. */
const LIMIT_SETTLES = 1600

/** How often things were reached, by name. */
export interface Coverage {
  readonly statuses: Map<string, number>
  /** `status -event-> status`. */
  readonly transitions: Map<string, number>
  readonly events: Map<string, number>
}

/** What the judge has seen. It never asks the service what is right: only the broker's books and the durable events count. */
export interface Judge extends WorldListener {
  readonly world: World
  readonly plan: Plan
  readonly ledger: IndependentLedger
  readonly violations: Violation[]
  readonly coverage: Coverage
  /** By scope: what engage() has answered for. */
  readonly engaged: Map<string, Engaged>
  /** Commands that were written, by the client id of the order they are about. */
  readonly cancelsWritten: Map<string, number>
  /** The state of its stream as each line last reported it. */
  readonly connections: Map<number, string>
  /** Units that busts, corrections and late fills have moved: limits cannot have foreseen them. */
  readonly excused: Map<string, number>
  /** Orders the broker has changed its mind about. */
  readonly touched: Set<string>
  /** Client ids of orders that were longer on their way than the broker declares possible. */
  readonly arrivedLate: Set<string>
  silentSince: number
  /** When the wall clock was last moved: windows of time before that cannot be told. */
  jumpedAt: number
  /** Somebody trades past the service. */
  excuseByHand(terms: OrderTerms): void
  /** The largest position that a limit in force now, or a moment ago, allows. */
  positionLimit(): number
  violate(invariant: InvariantId, message: string): void
  /** The broker's order of an intent. */
  bookedOf(order: LedgerOrder): readonly BrokerOrder[]
  /** Looks for secrets. */
  inspect(text: string, where: string): void
}

const count = (map: Map<string, number>, name: string): void => { map.set(name, (map.get(name) ?? 0) + 1) }

export function createJudge(plan: Plan, worldOf: () => World): Judge {
  const ledger = createIndependentLedger(() => worldOf().time.elapsed())
  const violations: Violation[] = []
  const coverage: Coverage = { statuses: new Map(), transitions: new Map(), events: new Map() }

  const violate = (invariant: InvariantId, message: string): void => {
    // One of a kind says enough.
    if (violations.some((known) => known.invariant === invariant && known.message === message)) return
    const violation = { invariant, at: worldOf().time.elapsed(), message }
    violations.push(violation)
    worldOf().trace(`!! ${invariant} ${message}`)
  }

  const judge: Judge = {
    plan, ledger, violations, coverage, violate,
    // An order by money may become more than that at a price that no move of the plan reaches.
    excuseByHand: (terms) => { excuse(judge, terms.symbol, Number(terms.quantity ?? Number(terms.notional ?? 0) / CHEAPEST), undefined) },
    positionLimit: () => {
      const since = judge.world.time.elapsed() - LIMIT_SETTLES
      const current = ledger.limits.filter(({ at }, index) => at >= since || (ledger.limits[index + 1]?.at ?? Number.POSITIVE_INFINITY) >= since)
      return Math.max(...current.map(({ position }) => position), ledger.limits.length === 0 ? LIMITS.position : 0)
    },
    get world() { return worldOf() },
    engaged: new Map(), cancelsWritten: new Map(), connections: new Map(), excused: new Map(), touched: new Set(), arrivedLate: new Set(), silentSince: Number.POSITIVE_INFINITY, jumpedAt: Number.NEGATIVE_INFINITY,
    bookedOf: (order) => judge.world.broker.truth.orders().filter(({ clientOrderId, brokerOrderId }) => order.brokerOrderIds.has(brokerOrderId) || (clientOrderId !== undefined && order.clientOrderIds.has(clientOrderId))),
    inspect: (text, where) => { if (text.includes(SECRET)) violate('I12', `${where}: ${text.slice(0, 120)}`) },
    said: (text) => { judge.inspect(text, 'a log line') },
    durable: (event) => {
      const problem = ledger.apply(event)
      if (problem !== undefined) violate(problem.startsWith('event') ? 'I11' : 'I7', problem)
      count(coverage.events, event.type)
      if (event.type === 'anomaly_detected' && event.data.code === 'POSITION_MISMATCH' && judge.touched.size === 0) violate('I7', `a mismatch was announced that nothing explains: ${event.data.message}`)
      judge.inspect(JSON.stringify(event), 'an event')
      const orderId = 'orderId' in event.data ? event.data.orderId : undefined
      const key = orderId === undefined ? '' : ledger.orders.get(orderId)?.key ?? orderId
      judge.world.trace(`   durable ${event.account}:${event.sequence} ${event.type} ${key}`)
    },
    wire: (event) => {
      judge.world.trace(`   ${describeWire(event, judge)}`)
      judgeWire(judge, event)
    },
    rescued: (process, service, orders) => {
      count(coverage.statuses, 'rescue mode')
      judgeRescue(judge, process, service, orders)
    },
    ready: (process) => {
      // What was engaged in memory alone dies with its process.
      for (const [scope, { durable, process: by }] of judge.engaged) if (!durable && by !== process.number) judge.engaged.delete(scope)
      judgeRestart(judge, process)
      watchStream(judge, process)
    },
  }
  return judge
}

function judgeWire(judge: Judge, event: WireEvent): void {
  switch (event.kind) {
    case 'written': judgeWrite(judge, event); return
    case 'connection': judge.connections.set(event.line, event.state); return
    case 'told': {
      const { update } = event
      const execution = update.kind === 'fill' || update.kind === 'corrected' ? update.execution : undefined
      if (update.kind === 'corrected' || (execution?.executionId.startsWith('late-') === true)) excuse(judge, execution?.symbol ?? '', Number(execution?.lastQuantity ?? 0) + 1, update.kind === 'corrected' ? execution?.brokerOrderId : undefined)
      return
    }
    case 'fault':
      if (event.fault === 'late_arrival') {
        const [symbol = '', quantity = '', notional = '', clientOrderId = ''] = event.detail.split(' ')
        excuse(judge, symbol, quantity === '' ? Number(notional) / CHEAPEST : Number(quantity), undefined)
        judge.arrivedLate.add(clientOrderId)
      }
      if (event.fault === 'silence_quotes') judge.silentSince = judge.world.time.elapsed()
      if (event.fault === 'bust') {
        const execution = judge.world.broker.truth.executions().find(({ executionId }) => executionId === event.detail)
        excuse(judge, execution?.symbol ?? '', Number(execution?.lastQuantity ?? 0), execution?.brokerOrderId)
      }
      return
    case 'answered': return
  }
}

function excuse(judge: Judge, symbol: string, quantity: number, brokerOrderId: string | undefined): void {
  judge.excused.set(symbol, (judge.excused.get(symbol) ?? 0) + quantity)
  if (brokerOrderId !== undefined) judge.touched.add(brokerOrderId)
}

/** What a new process says of what the one before had under way. Nothing has been asked of it yet. */
function judgeRestart(judge: Judge, process: Process): void {
  // A journal that failed again in the recovery could not take in what it found.
  if (process.journal.state !== 'open') return
  process.service?.listOrders({ limit: 10_000 }).then((orders: readonly Order[]) => {
    for (const { id, idempotencyKey, status, symbol } of orders) {
      // The kill switch may already close positions with orders of its own.
      const since = judge.ledger.orders.get(id)?.since
      if (since === undefined || since >= process.startedAt) continue
      // One broker that cannot be reached does not keep the others from trading: its orders are compared when it can be.
      if (judge.connections.get(process.lines.of(symbol).number) !== 'ready') continue
      if (status === 'pending_new' || status === 'pending_replace') judge.violate('I3', `${idempotencyKey} is still ${status} after the start of process ${process.number}`)
    }
  }, () => undefined)
}

/** I10: what works at the broker is listed by a process without a journal, and a cancel of it goes out. */
function judgeRescue(judge: Judge, process: Process, service: ExecutionService, orders: readonly Order[]): void {
  const { world } = judge
  const isOpen = ({ status }: BrokerOrder): boolean => status === 'new' || status === 'partially_filled'
  const open = world.broker.truth.orders().find(isOpen)
  const listed = orders.find(({ brokerOrderId }) => brokerOrderId === open?.brokerOrderId)
  if (open === undefined || world.broker.isDisturbed()) return
  if (listed === undefined) { judge.violate('I10', `rescue mode does not list ${open.brokerOrderId}`); return }
  const asked = world.time.elapsed()
  service.cancelOrder(listed.id).then((order) => { world.trace(`rescue cancels ${open.brokerOrderId}: ${order.status}`) }, (error: unknown) => { world.trace(`rescue cannot cancel: ${String(error)}`) })
  world.time.clock.setTimer(() => {
    const written = (judge.cancelsWritten.get(open.clientOrderId ?? '') ?? -1) >= asked
    if (!process.dead && !written && world.broker.truth.orders().some((order) => order.brokerOrderId === open.brokerOrderId && isOpen(order))) judge.violate('I10', `rescue mode did not write the cancel of ${open.brokerOrderId}`)
  }, 300)
}

function describeWire(event: WireEvent, judge: Judge): string {
  const named = (clientOrderId: string | undefined): string => (clientOrderId === undefined ? '?' : judge.ledger.byClientOrderId(clientOrderId)?.key ?? clientOrderId)
  switch (event.kind) {
    case 'written': return `line ${event.line} writes ${event.command} ${named(event.originalClientOrderId)} (${event.clientOrderId.slice(-6)})`
    case 'answered': return `broker answers ${event.command} ${event.clientOrderId.slice(-6)}: ${event.outcome}`
    case 'told': {
      const { update } = event
      const execution = update.kind === 'fill' || update.kind === 'corrected' ? update.execution : undefined
      const id = execution?.clientOrderId ?? ('clientOrderId' in update ? update.clientOrderId : undefined)
      return `broker tells ${update.kind} ${named(id)}${execution === undefined ? '' : ` ${execution.lastQuantity} at ${execution.lastPrice}`}${event.to === undefined ? ' (nobody listens)' : ''}`
    }
    case 'connection': return `line ${event.line} is ${event.state}`
    case 'fault': return `fault ${event.fault} ${event.detail}`
  }
}
