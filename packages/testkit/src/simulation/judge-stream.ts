import type { Order, StoredEvent } from '@sluice/core'
import { filledOf, type LedgerOrder } from './independent-ledger.ts'
import type { Judge } from './judge.ts'
import { isSame } from './judge-wire.ts'
import type { Process } from './world.ts'

const ENDED: ReadonlySet<string> = new Set(['filled', 'canceled', 'denied', 'rejected', 'expired'])

/** What may move an order out of a terminal state, by where it stood. */
function mayLeave(before: string, after: string, event: string): boolean {
  if (event === 'execution_busted' || event === 'execution_corrected') return true
  // Another attempt of an order that was proven never sent.
  if (before === 'denied') return event === 'order_pending_new' || event === 'order_pending_approval' || event === 'order_denied'
  return after === 'filled' && (event === 'order_filled' || event === 'order_partially_filled')
}

/** The broker has what was proven never sent, or withdrawn: it was longer on its way than declared. */
function arrivedLate({ arrivedLate: late }: Judge, { clientOrderIds }: LedgerOrder): boolean {
  return [...clientOrderIds.keys()].some((id) => late.has(id))
}

/** Orders whose return has been heard of. */
const back = new WeakSet<LedgerOrder>()

const statuses = new WeakMap<Judge, Map<string, string>>()
const count = (map: Map<string, number>, name: string): void => { map.set(name, (map.get(name) ?? 0) + 1) }

/** Listens to a process as anybody could, and compares what it publishes with the disk. */
export function watchStream(judge: Judge, process: Process): void {
  const { service } = process
  if (service === undefined) return
  const { ledger, coverage } = judge
  const known = statuses.get(judge) ?? new Map<string, string>()
  statuses.set(judge, known)
  const last = new Map<string, number>()
  let current: StoredEvent | undefined

  const judgeEvent = (event: StoredEvent): void => {
    current = event
    if (process.dead) { judge.violate('I11', `dead process ${process.number} published ${event.id}`); return }
    if (ledger.durable.get(event.id) !== JSON.stringify(event)) judge.violate('I11', `${event.id} (${event.type}) was published before it was durable`)
    const before = last.get(event.account)
    if (before !== undefined && event.sequence !== before + 1) judge.violate('I11', `${event.account}: ${event.sequence} was published after ${before}`)
    last.set(event.account, event.sequence)
  }
  const judgeOrder = (order: Order): void => {
    const { id, status, idempotencyKey, filledQuantity } = order
    const type = current !== undefined && 'orderId' in current.data && current.data.orderId === id ? current.type : ''
    const before = known.get(id) ?? 'none'
    known.set(id, status)
    count(coverage.statuses, status)
    count(coverage.transitions, `${before} -${type}-> ${status}`)
    const own = ledger.orders.get(id)
    // Once: a start publishes nothing of what it finds, so that this may be the first that is heard of it.
    const isBack = own !== undefined && own.revived && arrivedLate(judge, own) && !back.has(own)
    if (isBack) back.add(own)
    if (ENDED.has(before) && before !== status && !isBack && !mayLeave(before, status, type)) judge.violate('I8', `${idempotencyKey} went from ${before} to ${status} by ${type}`)
    if (own === undefined) judge.violate('I11', `${idempotencyKey} was published without a durable event`)
    // Later events may be durable already; the order shown is that after this event.
    else if (current !== undefined && isLatest(judge, current) && !isSame(filledOf(own), Number(filledQuantity))) judge.violate('I8', `${idempotencyKey} shows ${filledQuantity} filled, its executions say ${filledOf(own)}`)
  }
  service.events$.subscribe(judgeEvent)
  service.orders$.subscribe(judgeOrder)
  service.on('alert', ({ code, message }) => {
    judge.world.trace(`   alert ${code}`)
    judge.inspect(message, 'an alert')
  })
  // What was published before the restart still stands; what the new process publishes next may be older than what it shows.
  service.listOrders({ limit: 10_000 }).then((orders) => {
    for (const { id, status, idempotencyKey } of orders) {
      const before = known.get(id) ?? 'none'
      const own = ledger.orders.get(id)
      const stands = ENDED.has(before) && before !== 'denied' && own !== undefined && !own.reversed && !arrivedLate(judge, own)
      if (stands && !ENDED.has(status)) judge.violate('I8', `${idempotencyKey} was ${before} and is ${status} after the restart`)
    }
  }, () => undefined)
}

function isLatest({ ledger }: Judge, event: StoredEvent): boolean {
  return !ledger.durable.has(`${event.account}:${event.sequence + 1}`)
}
