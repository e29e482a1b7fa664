import type { ApprovedOrder, BrokerExecution, BrokerOrder, BrokerPosition, BrokerUpdate, OrderTerms } from '@sluice/core'
import { silentLogger, toIso } from '@sluice/core'
import { createNoise } from '../virtual/random.ts'
import { correctionOf, createBrokerFacts, lateFillOf } from './broker-facts.ts'
import { type BrokerLine, createBrokerLine, type LineOptions } from './broker-line.ts'
import { type BrokerFaultKind, createArmedFaults } from './fault.ts'
import { type FaultyBrokerOptions, type Hub, type OpenBroker, plainId, unmarked, withoutMark } from './hub.ts'

/** The broker as it is, seen without any line: what a judge compares with. */
export interface BrokerTruth {
  orders(): readonly BrokerOrder[]
  /** Every execution that stands. */
  executions(): readonly BrokerExecution[]
  positions(): Promise<readonly BrokerPosition[]>
}

/** A broker whose lines fail on command. It outlives the processes that talk to it. */
export interface FaultyBroker {
  /** Opens the broker behind the lines. Call it once, before the first line connects. */
  open(): Promise<void>
  /** A new line for a new process: an adapter. The line before it is cut. */
  line(options?: LineOptions): BrokerLine
  /** Makes something go wrong: now, or on the next occasion. */
  inject(fault: BrokerFaultKind): void
  /** Nothing goes wrong any more. What is lost stays lost. */
  heal(): void
  readonly injected: ReadonlyMap<BrokerFaultKind, number>
  readonly truth: BrokerTruth
  /** Somebody places an order on the same account past every line. Answers whether the broker took it. */
  byHand(clientOrderId: string, terms: OrderTerms): Promise<boolean>
  /** They cancel it. */
  cancelByHand(clientOrderId: string): Promise<void>
  /** Queries fail, or tell only a part, or the stream is cut, or an order is hidden. */
  isDisturbed(): boolean
  /** No prices come at the moment. */
  quotesAreSilent(): boolean
  /** What its lines declare lets "not found" prove something. */
  readonly absenceIsProvable: boolean
}

const DEFAULT_LAG = 800

export function faultyBroker(inner: OpenBroker, options: FaultyBrokerOptions): FaultyBroker {
  const { clock, seed = 'faults', latency: [smallest, largest] = [1, 8], lookupLag = DEFAULT_LAG } = options
  const noise = createNoise(seed)
  const faults = createArmedFaults()
  const facts = createBrokerFacts()
  const observe = options.observe ?? (() => undefined)
  let lines = (options.firstLine ?? 1) - 1
  let current: BrokerLine | undefined
  let changes = 0

  const hub: Hub = {
    inner, options, clock, faults, facts, noise, observe, hidden: new Map(), queriesFailUntil: 0, partialUntil: 0, quotesSilentUntil: 0,
    // A request takes its travel time, the order its lag: until then its absence proves nothing.
    capabilities: { ...inner.capabilities, absence: { visibilityLag: lookupLag + 700, historyComplete: true }, ...options.capabilities },
    travel: (name) => noise(`travel ${name}`, smallest, largest),
  }
  const later = (delay: number, work: () => void): void => { clock.setTimer(work, delay) }
  const tell = (update: BrokerUpdate): void => {
    observe({ kind: 'told', update, to: current?.number })
    current?.tell(update)
  }
  const note = (fault: BrokerFaultKind, detail: string): void => {
    faults.count(fault)
    observe({ kind: 'fault', fault, detail })
  }
  const shown = (brokerOrderId: string): BrokerOrder | undefined => {
    const order = inner.orders().find((booked) => booked.brokerOrderId === brokerOrderId)
    return order === undefined ? undefined : facts.order(withoutMark(order))
  }
  const reference = ({ brokerOrderId, clientOrderId }: Pick<BrokerOrder, 'brokerOrderId' | 'clientOrderId'>) =>
    ({ brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) })

  /** What was taken back of an order that is filled otherwise will not trade again, and the broker says so. */
  const closeShort = (brokerOrderId: string): void => {
    const order = shown(brokerOrderId)
    const isOver = inner.orders().find((booked) => booked.brokerOrderId === brokerOrderId)?.status === 'filled'
    if (order !== undefined && isOver && order.status === 'canceled') tell({ kind: 'canceled', ...reference(order) })
  }
  const ended = (brokerOrderId: string): void => {
    const order = shown(brokerOrderId)
    const execution = order === undefined || !faults.has('late_fill') ? undefined : lateFillOf(order, toIso(clock.now()))
    if (execution === undefined || !faults.take('late_fill')) return
    observe({ kind: 'fault', fault: 'late_fill', detail: `${execution.lastQuantity} of ${brokerOrderId}` })
    later(noise(`late ${brokerOrderId}`, 300, 2000), () => {
      facts.add(execution)
      tell({ kind: 'fill', execution })
    })
  }
  /** The venue takes back what it has taken: what has traded stands. */
  const rejectLate = (): void => {
    const orders = inner.orders().map((booked) => facts.order(withoutMark(booked))).filter(({ leg }) => leg === undefined)
    const order = orders.findLast(({ status }) => status === 'suspended' || status === 'done_for_day') ?? orders.findLast(({ status }) => status === 'new')
    if (order === undefined) return
    const { brokerOrderId, clientOrderId = brokerOrderId, symbol, side } = order
    note('late_reject', brokerOrderId)
    facts.reject(brokerOrderId)
    void inner.cancel({ orderId: brokerOrderId, account: '', clientOrderId: `${clientOrderId}-x`, originalClientOrderId: clientOrderId, brokerOrderId, symbol, side })
  }
  const fromBroker = (update: BrokerUpdate): void => {
    if (update.kind === 'connection') return
    const marked = asRejected(withoutMarks(update))
    if (marked.kind === 'fill') facts.saw(marked.execution)
    tell(marked)
    if (marked.kind === 'fill') closeShort(marked.execution.brokerOrderId)
    if ((marked.kind === 'canceled' || marked.kind === 'expired' || marked.kind === 'rejected') && marked.brokerOrderId !== undefined) ended(marked.brokerOrderId)
  }

  const asRejected = (update: BrokerUpdate): BrokerUpdate => {
    if (update.kind !== 'canceled' || update.brokerOrderId === undefined) return update
    const rejection = shown(update.brokerOrderId)?.rejection
    return rejection === undefined ? update : { ...update, ...rejection, kind: 'rejected' }
  }
  const bust = (): void => {
    const execution = facts.latest()
    if (execution === undefined) return
    note('bust', execution.executionId)
    facts.bust(execution.executionId)
    tell({ kind: 'busted', executionId: execution.executionId })
    closeShort(execution.brokerOrderId)
  }
  const correct = (): void => {
    const execution = facts.latest()
    if (execution === undefined) return
    changes += 1
    note('correction', execution.executionId)
    const corrected = facts.correct(execution.executionId, correctionOf(execution, noise(`less ${changes}`, 0, 1) === 1))
    tell({ kind: 'corrected', executionId: execution.executionId, execution: corrected })
    closeShort(execution.brokerOrderId)
  }
  const suspend = (): void => {
    const order = inner.orders().map((booked) => facts.order(withoutMark(booked))).findLast(({ status }) => status === 'new' || status === 'partially_filled')
    if (order === undefined) return
    changes += 1
    const phase = noise(`phase ${changes}`, 0, 1) === 0 ? 'suspended' : 'done_for_day'
    note('suspend', `${order.brokerOrderId} ${phase}`)
    facts.setPhase(order.brokerOrderId, phase)
    tell({ kind: phase, ...reference(order) })
    later(noise(`resume ${changes}`, 200, 3000), () => {
      facts.setPhase(order.brokerOrderId, undefined)
      tell({ kind: 'resumed', ...reference(order) })
    })
  }
  const failQueries = (): void => {
    note('fail_queries', '')
    changes += 1
    hub.queriesFailUntil = clock.monotonic() + noise(`fail ${changes}`, 100, 3000)
  }
  const omitParts = (): void => {
    note('partial_snapshot', '')
    changes += 1
    hub.partialUntil = clock.monotonic() + noise(`partial ${changes}`, 100, 3000)
  }
  const silence = (): void => {
    note('silence_quotes', '')
    changes += 1
    hub.quotesSilentUntil = clock.monotonic() + noise(`silence ${changes}`, 3000, 12_000)
  }

  return {
    injected: faults.injected,
    isDisturbed: () => {
      // What was asked a moment ago, the answer of which has just come, may have met what is over by now.
      const now = clock.monotonic() - 2 * largest
      return now < hub.queriesFailUntil || now < hub.partialUntil || current?.isBroken() === true || [...hub.hidden.values()].some((until) => now < until)
    },
    quotesAreSilent: () => clock.monotonic() < hub.quotesSilentUntil,
    absenceIsProvable: hub.capabilities.absence !== undefined,
    open: () => inner.connect({ clock, logger: silentLogger, signal: new AbortController().signal, deliver: (update) => { fromBroker(update); return Promise.resolve() } }),
    line: (lineOptions = {}) => {
      current?.cut()
      lines += 1
      current = createBrokerLine(hub, lines, lineOptions)
      return current
    },
    inject: (fault) => {
      switch (fault) {
        case 'bust': bust(); return
        case 'correction': correct(); return
        case 'suspend': suspend(); return
        case 'late_reject': rejectLate(); return
        case 'fail_queries': failQueries(); return
        case 'partial_snapshot': omitParts(); return
        case 'silence_quotes': silence(); return
        case 'disconnect': if (current?.disconnect() === true) note('disconnect', ''); return
        default: faults.arm(fault)
      }
    },
    heal: () => {
      faults.clear()
      hub.queriesFailUntil = 0
      hub.partialUntil = 0
      hub.quotesSilentUntil = 0
    },
    byHand: async (clientOrderId, terms) => (await inner.submit({ orderId: clientOrderId, account: terms.account, clientOrderId, terms, permit: () => true } as unknown as ApprovedOrder)).kind === 'accepted',
    cancelByHand: async (clientOrderId) => {
      const order = inner.orders().find((booked) => booked.clientOrderId === clientOrderId)
      if (order === undefined) return
      const { brokerOrderId, symbol, side } = order
      await inner.cancel({ orderId: brokerOrderId, account: '', clientOrderId: `${clientOrderId}-c`, originalClientOrderId: clientOrderId, brokerOrderId, symbol, side })
    },
    truth: {
      orders: () => inner.orders().map((order) => facts.order(withoutMark(order))),
      executions: () => facts.executions(inner.executions().map(unmarked)),
      positions: async () => {
        const { positions } = await inner.snapshot()
        return facts.positions(positions.status === 'present' ? positions.value : [])
      },
    },
  }
}

function withoutMarks(update: BrokerUpdate): BrokerUpdate {
  if (update.kind === 'fill') return { ...update, execution: unmarked(update.execution) }
  if (!('clientOrderId' in update) || update.clientOrderId === undefined) return update
  return { ...update, clientOrderId: plainId(update.clientOrderId) as string }
}
