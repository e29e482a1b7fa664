import { type Lookup, toIso } from '@sluice/core'
import { toMilliseconds } from '../iso-time.ts'
import type { Connection } from './connection.ts'
import { listFills } from './list-fills.ts'
import { addFills, isFinishedStatus, toBrokerOrder } from './map-broker-order.ts'
import { isGrouped, tellGroup } from './order-groups.ts'
import { reasonOf } from './reason.ts'

/** A trade may be stamped by another clock than its order. */
const BEFORE = 1000
/** Activities are those of the whole account: a look-up of an old order must not read through weeks of them and use up the request limit. */
const FILL_PAGES = 3

/** What became of a client order id; for a replaced order, of the order that took its place. */
export async function lookupOrder(connection: Connection, clientOrderId: string): Promise<Lookup> {
  const { chain, context, groups, memory, rest } = connection
  // Anything later may have come while the question was on its way.
  const asOf = context.clock.now()
  const answer = await rest.orderByClientId(clientOrderId)
  if (answer.kind === 'refused' && answer.status === 404) return { kind: 'not_found', asOf }
  if (answer.kind !== 'answer') return { kind: 'indeterminate', reason: reasonOf(answer) }
  if (answer.value.client_order_id !== clientOrderId) return { kind: 'indeterminate', reason: 'Alpaca answered with another order' }
  memory.learn(answer.value)
  if (isGrouped(answer.value) && !groups.knows(answer.value.id)) {
    const group = await rest.orderGroup(answer.value.id)
    if (group.kind === 'answer') tellGroup(connection, group.value)
  }
  const latest = await chain.latest(answer.value)
  if (latest.kind !== 'answer') return { kind: 'indeterminate', reason: reasonOf(latest) }
  for (const { id, status } of [answer.value, latest.value]) {
    if (isFinishedStatus(status)) connection.told.ended(id)
    else connection.told.lives(id)
  }
  const earlier = await chain.earlier(latest.value)
  if (earlier.kind !== 'answer') return { kind: 'indeterminate', reason: reasonOf(earlier) }
  if (addFills(earlier.value, latest.value).quantity === '0') return { kind: 'found', order: toBrokerOrder(latest.value, earlier.value) }
  // With its trades, so that the service need not infer what a frame will name in a moment.
  const created = toMilliseconds(answer.value.created_at ?? '')
  const fills = Number.isNaN(created) ? undefined : await listFills(connection, toIso(created - BEFORE), FILL_PAGES)
  return { kind: 'found', order: toBrokerOrder(latest.value, earlier.value, fills?.status === 'present' ? fills.value : []) }
}
