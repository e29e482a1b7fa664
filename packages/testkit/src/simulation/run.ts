import { createJudge, type Coverage, type Judge } from './judge.ts'
import { judgeEnd, judgeReplay } from './judge-end.ts'
import { createCalls, type Calls } from './perform.ts'
import { describeAction, type Plan } from './plan.ts'
import { NO_PLANT, type Plant } from './plant.ts'
import type { Violation } from './violation.ts'
import { createWorld, type World } from './world.ts'

export interface RunResult {
  readonly plan: Plan
  readonly violations: readonly Violation[]
  /** What happened, a line each. */
  readonly trace: readonly string[]
  /** SHA-256 of the trace: two runs of one plan have the same. */
  readonly hash: string
  readonly coverage: Coverage
  /** How often each fault came to pass. */
  readonly faults: ReadonlyMap<string, number>
}

/** What the plan itself does to the world, counted with the faults. */
const COUNTED: ReadonlySet<string> = new Set(['crash', 'jump', 'close', 'external', 'external_cancel', 'limit'])

/** Time for everything to come to rest once nothing goes wrong any more, in ms. */
const REST = 40_000
const AFTER_RESTART = 12_000
const AFTER_RETRY = 8000
/** More than any write takes once nothing goes wrong any more, in ms. */
const LONGEST_WRITE = 1000

/** Performs a plan and judges it: during the run, at rest, after one more crash, and after every caller has asked again. */
export async function runPlan(plan: Plan, plant: Plant = NO_PLANT): Promise<RunResult> {
  let world: World | undefined
  const judge = createJudge(plan, () => world as World)
  world = createWorld(plan, judge, plant)
  const calls = createCalls(judge)
  const { time } = world
  const faults = new Map<string, number>()
  const opening = world.broker.open()
  await time.advance(5)
  await opening
  world.start()
  for (const action of plan.actions) {
    time.clock.setTimer(() => {
      judge.world.trace(describeAction(action).slice(7))
      if (COUNTED.has(action.kind)) faults.set(action.kind, (faults.get(action.kind) ?? 0) + 1)
      calls.perform(action)
    }, action.at)
  }
  await time.advance((plan.actions.at(-1)?.at ?? 0) + 2000)
  await rest(judge, calls, REST)
  world.trace('the last crash')
  world.crash(0, 50)
  await rest(judge, calls, AFTER_RESTART)
  for (const [key, request] of calls.requests) calls.perform({ at: time.elapsed(), kind: 'place', key, request })
  await rest(judge, calls, AFTER_RETRY)
  if (world.process !== undefined) await judgeReplay(judge, world.process)
  world.process?.lines.cut()
  for (const injected of [world.broker.injected, world.disk.injected]) for (const [name, times] of injected) faults.set(name, times)
  return { plan, violations: judge.violations, trace: world.lines, hash: world.hash(), coverage: judge.coverage, faults }
}

/** Nothing goes wrong any more; a journal that has failed is opened again by a new process. */
async function rest(judge: Judge, calls: Calls, milliseconds: number): Promise<void> {
  const { world } = judge
  world.trace('nothing goes wrong any more')
  world.broker.heal()
  world.disk.heal()
  if (world.process !== undefined && world.process.journal.state !== 'open') world.crash(0, 50)
  // What a failed listing could not show, the comparison after the next gap does.
  else world.broker.interrupt()
  await world.time.advance(milliseconds)
  // A flattening whose orders fill in parts goes on for as long as there are parts: it is judged between two writes.
  for (let waited = 0; waited < LONGEST_WRITE && (world.process?.journal.unsynced() ?? 0) > 0; waited += 1) await world.time.advance(1)
  if (world.process !== undefined) await judgeEnd(judge, world.process)
  for (const call of calls.open()) judge.violate('X2', `${call} has not ended`)
}
