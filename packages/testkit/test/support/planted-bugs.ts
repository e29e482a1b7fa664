import type { BrokerAdapter, BrokerUpdate, Clock, Journal, SubmitOutcome } from '@sluice/core'
import type { InvariantId, Plant } from '@sluice/testkit/simulation'

/** A bug of the kind that real engines had, and the invariants that may tell of it. */
export interface PlantedBug {
  readonly name: string
  readonly breaks: readonly InvariantId[]
  readonly plant: Plant
}

const wait = (clock: Clock, delay: number): Promise<void> => new Promise((resolve) => { clock.setTimer(resolve, delay) })
const onOutcome = (change: (outcome: SubmitOutcome) => SubmitOutcome) => (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner, submit: async (order) => change(await inner.submit(order)),
})

/** An adapter whose updates pass through `change`: what it answers is delivered. */
const onUpdate = (change: () => (update: BrokerUpdate) => readonly BrokerUpdate[]) => (inner: BrokerAdapter): BrokerAdapter => {
  const changed = change()
  return {
    ...inner,
    connect: (context) => inner.connect({ ...context, deliver: async (update) => { await Promise.all(changed(update).map((passed) => context.deliver(passed))) } }),
  }
}

/** A journal that answers before it has written, for the events that are wanted. */
const hasty = (isWanted: (types: readonly string[]) => boolean) => (inner: Journal, clock: Clock): Journal => ({
  ...inner,
  append: (lease, batch) => {
    const written = wait(clock, 20).then(() => inner.append(lease, batch))
    if (!isWanted(batch.events.map(({ type }) => type))) return written
    written.catch(() => undefined)
    return Promise.resolve({ first: batch.events[0]?.sequence ?? 0, last: batch.events.at(-1)?.sequence ?? 0 })
  },
})

const lateFillDropped = (inner: BrokerAdapter): BrokerAdapter => {
  const isLate = (executionId: string): boolean => executionId.startsWith('late-')
  const dropping = onUpdate(() => (update) => (update.kind === 'fill' && isLate(update.execution.executionId) ? [] : [update]))(inner)
  return {
    ...dropping,
    snapshot: async (since) => {
      const snapshot = await inner.snapshot(since)
      const { executions } = snapshot
      return executions.status === 'unavailable' ? snapshot : { ...snapshot, executions: { ...executions, value: executions.value.filter(({ executionId }) => !isLate(executionId)) } }
    },
  }
}

const executionsCountTwice = onUpdate(() => {
  const seen = new Map<string, number>()
  return (update) => {
    if (update.kind !== 'fill') return [update]
    const times = (seen.get(update.execution.executionId) ?? 0) + 1
    seen.set(update.execution.executionId, times)
    return [times === 1 ? update : { ...update, execution: { ...update.execution, executionId: `${update.execution.executionId}/${times}` } }]
  }
})

const failedQueryTrusted = (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner,
  lookup: async (id) => {
    const lookup = await inner.lookup(id)
    return lookup.kind === 'indeterminate' ? { kind: 'not_found', asOf: Number.MAX_SAFE_INTEGER } : lookup
  },
  snapshot: async (since) => {
    const snapshot = await inner.snapshot(since)
    return snapshot.positions.status === 'unavailable' ? { ...snapshot, positions: { status: 'present', value: [] } } : snapshot
  },
})

export const plantedBugs: readonly PlantedBug[] = [
  { name: 'an order is sent before it is durable', breaks: ['I1'], plant: { journal: hasty((types) => types.includes('order_pending_new')) } },
  {
    name: 'a retry gets a fresh id', breaks: ['I1', 'I2'],
    plant: { broker: (inner) => ({ ...inner, submit: (order) => {
      return inner.submit(order).catch(() => inner.submit({ ...order, clientOrderId: `${order.clientOrderId}b` }))
    } }) },
  },
  {
    name: 'a retry with the same id goes out without a look-up', breaks: ['I2'],
    plant: { broker: (inner) => ({ ...inner, submit: (order) => {
      return inner.submit(order).catch(() => inner.submit(order))
    } }) },
  },
  {
    name: 'a timeout counts as a rejection', breaks: ['I3', 'I7'],
    plant: { broker: onOutcome((outcome) => (outcome.kind === 'ambiguous' ? { kind: 'refused', code: '504', message: 'timeout' } : outcome)) },
  },
  {
    name: 'a timeout releases the reservation', breaks: ['I3', 'I4', 'I7', 'I8'],
    plant: { broker: onOutcome((outcome) => (outcome.kind === 'ambiguous' ? { kind: 'not_sent', reason: 'timeout', retryable: true } : outcome)) },
  },
  { name: 'a late fill is dropped', breaks: ['I7'], plant: { broker: lateFillDropped } },
  { name: 'an execution that comes twice counts twice', breaks: ['I7', 'I8'], plant: { broker: executionsCountTwice } },
  { name: 'events are published before they are durable', breaks: ['I11'], plant: { journal: hasty((types) => !types.includes('order_pending_new')) } },
  {
    name: 'the look-up is skipped: what is not known here is not there', breaks: ['I3', 'I7', 'I8', 'I2'],
    plant: { broker: (inner) => ({ ...inner, lookup: () => Promise.resolve({ kind: 'not_found', asOf: Number.MAX_SAFE_INTEGER }) }) },
  },
  { name: 'a failed query is trusted', breaks: ['I2', 'I3', 'I7', 'I8'], plant: { broker: failedQueryTrusted } },
  {
    name: 'the permit is asked before the queue', breaks: ['I5', 'I9', 'I10'],
    plant: { broker: (inner, clock) => ({ ...inner, submit: async (order) => {
      const permitted = order.permit()
      await wait(clock, 40)
      return permitted ? inner.submit({ ...order, permit: () => true }) : { kind: 'not_sent', reason: 'no permit', retryable: true }
    } }) },
  },
  { name: 'a gap in the stream is not reported', breaks: ['I9', 'I3', 'I7'], plant: { broker: onUpdate(() => (update) => (update.kind === 'connection' && update.state === 'gap' ? [] : [update])) } },
  { name: 'a one-time code works twice', breaks: ['I6'], plant: { journal: (inner) => ({ ...inner, advance: async (counter, to) => { await inner.advance(counter, to); return true } }) } },
  {
    name: 'a restart forgets the kill switch', breaks: ['I5', 'I11'],
    plant: { journal: (inner) => ({
      ...inner,
      read: async function* read(account, from) {
        for await (const event of inner.read(account, from)) yield event.type === 'kill_switch_changed' ? { ...event, data: { ...event.data, action: 'release' as const } } : event
      },
    }) },
  },
  {
    name: 'the journal goes on over a hole', breaks: ['I1', 'I3', 'I8', 'I10', 'I11'],
    plant: { journal: (inner) => ({ ...inner, append: (lease, batch) => inner.append(lease, batch).catch(() => ({ first: batch.events[0]?.sequence ?? 0, last: batch.events.at(-1)?.sequence ?? 0 })) }) },
  },
  {
    name: 'a cancel is not sent while the journal is down', breaks: ['I10'],
    plant: (() => {
      const down = { now: false }
      return {
        journal: (inner) => { down.now = false; return { ...inner, append: (lease, batch) => inner.append(lease, batch).catch((error: unknown) => { down.now = true; throw error }) } },
        broker: (inner) => ({ ...inner, cancel: (command) => (down.now ? Promise.resolve({ kind: 'not_sent', reason: 'the journal is down', retryable: true }) : inner.cancel(command)) }),
      } satisfies Plant
    })(),
  },
  {
    name: 'a code is written to the log', breaks: ['I12'],
    plant: { journal: (inner) => ({ ...inner, append: (lease, batch) => inner.append(lease, { ...batch, events: batch.events.map((event) => (
      event.type === 'order_pending_new' && event.data.approval !== undefined ? { ...event, data: { ...event.data, approval: { ...event.data.approval, method: 'SECRET-1' } } } : event)) }) }) },
  },
]
