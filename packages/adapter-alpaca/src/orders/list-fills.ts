import type { BrokerExecution, SnapshotPart } from '@sluice/core'
import type { RestFailure } from '../rest/classify-error.ts'
import { FILL_PAGE, type RestResult } from '../rest/rest-client.ts'
import type { WireActivity } from '../rest/wire.ts'
import type { Connection } from './connection.ts'
import { toExecution } from './map-broker-order.ts'
import { reasonOf } from './reason.ts'

const MOST_PAGES = 200

export function unavailable(failure: RestFailure): Extract<SnapshotPart<never>, { status: 'unavailable' }> {
  return { status: 'unavailable', reason: reasonOf(failure) }
}

export function present<Value>(value: Value): SnapshotPart<Value> {
  return { status: 'present', value }
}

/** Page after page, each after the last item of the one before. */
export async function allPages<Item>(size: number, page: (last: Item | undefined) => Promise<RestResult<Item[]>>, most: number = MOST_PAGES): Promise<RestResult<Item[]>> {
  const items: Item[] = []
  for (let pages = 0; pages < most; pages += 1) {
    const answer = await page(items.at(-1))
    if (answer.kind !== 'answer') return answer
    items.push(...answer.value)
    if (answer.value.length < size) return { kind: 'answer', value: items }
  }
  return { kind: 'ambiguous', reason: `more than ${most} pages` }
}

/** The trades after a time, oldest first; unavailable when there are more pages than that. */
export async function listFills({ memory, rest }: Connection, after: string, most?: number): Promise<SnapshotPart<readonly BrokerExecution[]>> {
  const listed = await allPages<WireActivity>(FILL_PAGE, (last) => rest.fills(after, last?.id), most)
  if (listed.kind !== 'answer') return unavailable(listed)
  const byId = new Map(listed.value.map((activity) => [activity.id, activity]))
  return present([...byId.values()].map((activity) => toExecution(activity, memory.byId(activity.order_id))))
}
