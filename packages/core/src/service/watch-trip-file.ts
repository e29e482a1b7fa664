import { tripTrigger } from '../kill-switch/fold-kill-switch.ts'
import { atLeast } from '../kill-switch/kill-state.ts'
import { type OutsideTrip, parseTrips, unreadableTrip } from '../kill-switch/trip-file.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { engage } from '../pipeline/kill/kill-switch.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'

/** How often the trip file is read, in ms (PROTOCOL F3). */
const PERIOD = 250
/** A file that cannot be read in this time counts as unreadable: a stop that hangs must not be waited for. */
const READ_WITHIN = 1000

async function read(context: PipelineContext): Promise<string | undefined> {
  const late = sleep(context.clock, READ_WITHIN, context.signal).then((): never => { throw new Error(`not read within ${READ_WITHIN} ms`) })
  return Promise.race([context.journal.readTrips?.(), late])
}

/** What the file asks for and has not been engaged yet. A person released what was: its line does not count again. */
async function newTrips(context: PipelineContext): Promise<readonly OutsideTrip[]> {
  try {
    const text = await read(context)
    return text === undefined ? [] : parseTrips(text).filter(({ id }) => !context.tripsSeen.has(id))
  } catch (error) {
    // As long as nobody can say what it asks for, it asks for a stop, a release notwithstanding (PROTOCOL F4).
    const global = context.kill.engaged.find(({ scope }) => scope === 'global')
    return context.signal.aborted || atLeast(global?.level, 'no_new') ? [] : [unreadableTrip('file', describeError(error))]
  }
}

/** Engages what was asked for from outside the process since the last look. */
export async function engageTrips(context: PipelineContext): Promise<void> {
  for (const { id, scope, level, externalOrders, reason, actor } of await newTrips(context)) {
    // A position belongs to no strategy: for a strategy the next level below has to do.
    const possible = level === 'flatten' && scope.startsWith('strategy:') ? 'cancel_all' : level
    await engage(context, { scope, level: possible, externalOrders, reason, actor, trigger: tripTrigger(id) })
    context.alert({ code: 'TRIP_FILE', message: `the trip file engaged ${possible} at ${scope}: ${reason}` })
  }
}

/** Looks at the trip file until the service closes. One look at a time. */
export function watchTripFile(context: PipelineContext): void {
  if (context.journal.readTrips === undefined) return
  context.clock.setTimer(() => {
    if (context.signal.aborted) return
    engageTrips(context).catch((error: unknown) => {
      context.alert({ code: 'TRIP_FILE', message: `the trip file could not be looked at: ${describeError(error)}`, cause: error })
    }).finally(() => { watchTripFile(context) })
  }, PERIOD)
}
