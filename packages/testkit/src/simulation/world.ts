import { createHash } from 'node:crypto'
import {
  type ApprovalProvider, createExecutionService, dailyLoss, type ExecutionService, type Guard, highValueApproval, type Logger, maxPosition, type Order, orderValue, SluiceError,
} from '@sluice/core'
import { seededIds } from '@sluice/core/testing'
import type { WireEvent } from '../faults/hub.ts'
import { type FaultyJournal, faultyJournal, type OpenJournal } from '../faults/faulty-journal.ts'
import { createVirtualTime, type ProcessClock, type VirtualTime } from '../virtual/virtual-time.ts'
import { type Brokers, createBrokers, type ProcessLines } from './brokers.ts'
import { brokerOf, type Plan } from './plan.ts'
import type { Plant } from './plant.ts'

/** The limits every run is under; the judge knows them by number. */
export const LIMITS = { position: 60, orderValue: 5000, approvalAbove: 1000, approvalWindow: 2000, quoteMaximumAge: 2000, submitWithin: 1000, submitTimeout: 3000 } as const

/** One process: it is started, lives, and dies or is closed. */
export interface Process {
  readonly number: number
  readonly clock: ProcessClock
  readonly lines: ProcessLines
  readonly journal: OpenJournal
  readonly startedAt: number
  service: ExecutionService | undefined
  dead: boolean
}

/** Who is told what happens, as it happens. */
export interface WorldListener {
  wire(event: WireEvent): void
  durable(event: Parameters<NonNullable<Parameters<typeof faultyJournal>[0]['durable']>>[0][number]): void
  ready(process: Process): void
  /** A process that cannot use its journal, and what it lists. */
  rescued(process: Process, service: ExecutionService, orders: readonly Order[]): void
  /** A log line, for whoever looks for secrets. */
  said(text: string): void
}

/** Time, a broker and a disk that last, and processes that come and go. */
export interface World {
  readonly time: VirtualTime
  readonly broker: Brokers
  readonly disk: FaultyJournal
  readonly prices: Map<string, number>
  readonly process: Process | undefined
  /** How far the host's wall clock is from the time, in ms. */
  readonly skew: number
  start(): void
  crash(kept: number, down: number): void
  /** The host's wall clock is moved: for this process and all after it. */
  jump(by: number): void
  /** Ends the process in an orderly way, then starts another. */
  close(): void
  trace(line: string): void
  readonly lines: readonly string[]
  hash(): string
}

/** How long a process lives on after its journal has stopped, in ms. */
const SUPERVISED = 2500

/** How far the broker's clock may be from ours before its orders look older than our own, in ms. */
export const CLOCKS_AGREE = 55_000

/** How long a process in rescue mode lives, in ms. */
const RESCUED = 600

/** In every code, so that the judge can find it where it must not be. */
export const SECRET = 'SECRET'
export const codeOf = (step: number): string => `${SECRET}-${step}`

const approvals: ApprovalProvider = {
  name: 'steps',
  verify: ({ actor, code }) => {
    const step = new RegExp(`^${SECRET}-(\\d+)$`).exec(code)?.[1]
    return step === undefined ? { valid: false } : { valid: true, counter: `steps:${actor}`, step: Number(step) }
  },
}

function guardsOf({ world }: Plan): readonly Guard[] {
  return [
    maxPosition({ quantity: String(LIMITS.position) }),
    orderValue({ reject: String(LIMITS.orderValue) }),
    ...(world.loss === undefined ? [] : [dailyLoss({ loss: String(world.loss) })]),
    highValueApproval({ above: String(LIMITS.approvalAbove), window: LIMITS.approvalWindow / 1000, approvals }),
  ]
}

export function createWorld(plan: Plan, listener: WorldListener, plant: Plant): World {
  const time = createVirtualTime()
  const { clock } = time
  const lines: string[] = []
  const trace = (line: string): void => { lines.push(`${String(time.elapsed()).padStart(6)} ${line}`) }
  const prices = new Map<string, number>()
  const ids = seededIds(plan.seed)
  let process: Process | undefined
  let started = 0
  let skew = 0

  const broker = createBrokers({
    clock, plan, price: (symbol) => prices.get(symbol) ?? 100,
    observe: (event) => { listener.wire(event) },
    onCrash: () => { crash(1, 100) },
  })
  const disk = faultyJournal({ clock, seed: plan.seed, durable: (events) => { for (const event of events) listener.durable(event) } })

  const loggerOf = (): Logger => {
    const say = (message: string, fields?: object): void => { listener.said(`${message} ${JSON.stringify(fields ?? {})}`) }
    return { debug: say, info: say, warn: say, error: say }
  }
  const again = (delay: number): void => { clock.setTimer(start, delay) }
  const start = (): void => {
    if (process?.dead === false) return
    started += 1
    const own = time.process()
    own.jump(skew)
    const wires = broker.lines(own.clock)
    const journal = disk.open()
    const born: Process = { number: started, clock: own, lines: wires, journal, startedAt: time.elapsed(), service: undefined, dead: false }
    process = born
    trace(`process ${born.number} starts`)
    createExecutionService({
      clock: plant.clock?.(own.clock) ?? own.clock, ids, logger: loggerOf(), guards: guardsOf(plan), route: ({ symbol }) => brokerOf(plan.world, symbol), brokers: Object.fromEntries([...wires.byName].map(([name, line]) => [name, plant.broker?.(line, own.clock) ?? line])),
      brokerAccounts: Object.fromEntries([...wires.byName.keys()].map((name) => [name, 'main'])),
      journal: plant.journal?.(journal, own.clock) ?? journal,
      submitTimeout: LIMITS.submitTimeout, submitWithin: LIMITS.submitWithin, quoteMaximumAge: LIMITS.quoteMaximumAge, approvalTimeout: 10_000, reconcileEvery: plan.world.reviews ? 4000 : 0,
    }).then((service) => {
      if (born.dead) return
      if (service.state === 'rescue') {
        trace(`process ${born.number} is in rescue mode`)
        rescue(born, service)
        return
      }
      born.service = service
      trace(`process ${born.number} is ready`)
      // Whoever runs the service restarts it when it says that its journal has stopped.
      service.on('alert', ({ code }) => {
        if (code === 'JOURNAL_FAILED') clock.setTimer(() => { if (process === born) crash(0, 100) }, SUPERVISED)
      })
      listener.ready(born)
    }, (error: unknown) => {
      if (born.dead) return
      trace(`process ${born.number} could not start: ${SluiceError.isInstance(error) ? error.code : String(error)}`)
      end(born, 0)
      again(400)
    })
  }
  /** A process that cannot use its journal can still list and cancel; then somebody starts another. */
  const rescue = (born: Process, service: ExecutionService): void => {
    service.listOrders({ open: true }).then((orders) => {
      if (born.dead) return
      trace(`rescue lists ${orders.length} orders`)
      listener.rescued(born, service, orders)
    }, () => undefined)
    clock.setTimer(() => {
      if (born.dead) return
      end(born, 0)
      again(100)
    }, RESCUED)
  }
  const end = (dying: Process, kept: number): void => {
    dying.dead = true
    dying.clock.kill()
    dying.lines.cut()
    dying.journal.crash(kept)
  }
  const crash = (kept: number, down: number): void => {
    if (process === undefined || process.dead) return
    trace(`process ${process.number} dies with ${Math.min(kept, process.journal.unsynced())} of ${process.journal.unsynced()} unsynced writes kept`)
    end(process, kept)
    again(down)
  }

  return {
    time, broker, disk, prices, start, crash, trace, lines,
    get process() { return process },
    get skew() { return skew },
    jump: (by) => {
      skew += by
      process?.clock.jump(by)
    },
    close: () => {
      const closing = process
      if (closing === undefined || closing.dead || closing.service === undefined) return
      trace(`process ${closing.number} is closed`)
      closing.service.close().then(() => {
        if (closing.dead) return
        trace(`process ${closing.number} has closed`)
        end(closing, Number.POSITIVE_INFINITY)
        again(50)
      }, () => undefined)
    },
    hash: () => createHash('sha256').update(lines.join('\n')).digest('hex'),
  }
}
