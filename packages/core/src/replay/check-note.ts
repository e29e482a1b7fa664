import type { EventOf, Json } from '../order/event.ts'
import { createRiskView } from '../risk/create-risk-view.ts'
import { describeError } from '../runtime/errors.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Moment } from './check-evaluation.ts'
import { isSame, type Report, toJson } from './difference.ts'
import type { GlobalHistory } from './global-history.ts'
import type { RememberingGuard } from './guard-memories.ts'
import { recordedSources } from './recorded-sources.ts'

type Noted = EventOf<'guard_noted'>

function asked(ask: () => Json | undefined): Json | undefined {
  try {
    return ask()
  } catch (error) {
    return { failed: describeError(error) }
  }
}

/** Asks the guard again, on the history and on what it read, whether it notes just this. */
function checkMeasured({ data }: Noted, { broker, limits, inputs }: NonNullable<Noted['data']['evidence']>, { guard, state }: RememberingGuard, moment: Moment, report: Report): void {
  if (limits !== moment.version) report('limits', `the limits in force are version ${moment.version}`, limits, moment.version, guard.name)
  const kill = { epoch: 0, engaged: [] }
  const recorded = createRiskView(recordedSources({ ...moment, kill }, inputs, broker), broker)
  const derived = asked(() => guard.note?.({ view: recorded.view, state }))
  if (!isSame(data.note, derived)) report('note', `guard ${guard.name} notes ${derived === undefined ? 'nothing' : 'something else'} on these inputs`, data.note, derived, guard.name)
  for (const [name, value] of Object.entries(toJson(recorded.inputs) as typeof inputs)) {
    if (!isSame(inputs[name], value)) report('input', `${name} follows from the history as ${JSON.stringify(value)}`, inputs[name], value, guard.name)
  }
}

/** Checks the notes of one account. */
export function noteChecker(account: string, releases: GlobalHistory['releases']): (event: Noted, moment: Moment, report: Report) => void {
  /** By guard: how many of the releases lie behind its last note. Each is told once. */
  const told = new Map<string, number>()

  /** A note that stands on nothing that was read was made at a person's release, and each release makes one at most. */
  const checkReleased = ({ data, time }: Noted, { guard, state }: RememberingGuard, report: Report): void => {
    for (let index = told.get(guard.name) ?? 0; index < releases.length; index += 1) {
      const { data: { scope }, time: released } = releases[index] as GlobalHistory['releases'][number]
      if (fromIso(released) > fromIso(time)) break
      if (!isSame(data.note, asked(() => guard.released?.(scope, { account, state })))) continue
      told.set(guard.name, index + 1)
      return
    }
    report('note', `guard ${guard.name} notes what no release of the kill switch before it is a reason for`, data.note, null, guard.name)
  }

  return (event, moment, report) => {
    const { guard: name, note, evidence } = event.data
    const entry = moment.guards.find(({ guard }) => guard.name === name)
    if (entry === undefined) report('note', `no guard ${name} is in force`, note, null, name)
    // Its code is not here: it is taken at its word.
    else if (entry.unknown) return
    else if (evidence !== undefined) checkMeasured(event, evidence, entry, moment, report)
    else checkReleased(event, entry, report)
  }
}
