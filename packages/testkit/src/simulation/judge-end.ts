import { type BrokerOrder, GLOBAL_ACCOUNT, type Order } from '@sluice/core'
import { filledOf, type LedgerOrder } from './independent-ledger.ts'
import { covers, isSame, positionOf } from './judge-wire.ts'
import type { Judge } from './judge.ts'
import { BY_HAND, SYMBOLS } from './plan.ts'
import { CLOCKS_AGREE, type Process } from './world.ts'

const OVER: ReadonlySet<string> = new Set(['filled', 'canceled', 'expired', 'rejected'])
const NEVER_THERE: ReadonlySet<string> = new Set(['denied', 'rejected', 'canceled', 'pending_approval'])
/** Anomalies that say aloud that the books differ. */
const SAID = ['POSITION_MISMATCH', 'LATE_FILL', 'ORDER_MISSING', 'LOST_INTENT']

/** The end of a run: everything has come to rest, and the service is held against the broker's books and the disk. */
export async function judgeEnd(judge: Judge, process: Process): Promise<void> {
  const { service } = process
  if (service === undefined) { judge.violate('I3', 'no process could be started at the end'); return }
  const orders = await service.listOrders({ limit: 10_000 })
  judgeOrders(judge, orders)
  judgeSweep(judge)
  for (const symbol of SYMBOLS) {
    const theirs = positionOf(judge, symbol)
    const ours = (await service.positions()).filter((position) => position.symbol === symbol).reduce((sum, { quantity }) => sum + Number(quantity), 0)
    if (!isSame(ours, theirs) && !isAnnounced(judge)) judge.violate('I7', `${symbol}: the service holds ${ours}, the broker ${theirs}, and nothing was said`)
  }
  for (const order of orders) if (order.status === 'unknown') await judgeHeld(judge, process, order)
}

/** Orders that were placed past the service; the exits of theirs are theirs as well. */
function handsOf(judge: Judge): ReadonlySet<string> {
  const orders = judge.world.broker.truth.orders()
  const placed = new Set(orders.filter(({ clientOrderId }) => clientOrderId?.startsWith(BY_HAND) === true).map(({ brokerOrderId }) => brokerOrderId))
  for (const { brokerOrderId, leg } of orders) if (leg !== undefined && placed.has(leg.parentBrokerOrderId)) placed.add(brokerOrderId)
  return placed
}

/** What others have working on the account is listed as theirs, with what it may still trade. */
function judgeExternal(judge: Judge, orders: readonly Order[], hands: ReadonlySet<string>): void {
  const external = orders.filter(({ source }) => source === 'external')
  for (const booked of judge.world.broker.truth.orders()) {
    const isTheirs = hands.has(booked.brokerOrderId)
    const order = external.find(({ brokerOrderId }) => brokerOrderId === booked.brokerOrderId)
    if (!isTheirs || judge.touched.has(booked.brokerOrderId)) continue
    if (OVER.has(booked.status) ? order !== undefined && order.status !== 'unknown' : order === undefined) judge.violate('I3', `${booked.brokerOrderId}, which others placed, is ${booked.status} and ${order === undefined ? 'not listed' : `listed as ${order.status}`}`)
    else if (order !== undefined && !isSame(Number(order.filledQuantity), Number(booked.filledQuantity))) judge.violate('I7', `${booked.brokerOrderId}, which others placed, shows ${order.filledQuantity} filled, the broker ${booked.filledQuantity}`)
  }
}

const isAnnounced = (judge: Judge): boolean => SAID.some((code) => judge.ledger.anomalies.has(code))

function judgeOrders(judge: Judge, orders: readonly Order[]): void {
  const shown = new Map(orders.map((order) => [order.id, order]))
  const explained = new Set<string>()
  const unknown = new Set<string>()
  const byHand = handsOf(judge)
  judgeExternal(judge, orders, byHand)
  for (const own of judge.ledger.orders.values()) {
    const order = shown.get(own.id)
    // What others placed leaves the list with its end.
    if (own.isExternal) {
      for (const { brokerOrderId } of judge.bookedOf(own)) explained.add(brokerOrderId)
      continue
    }
    if (order === undefined) { judge.violate('I3', `${own.key} is durable and the service does not have it`); continue }
    const booked = judge.bookedOf(own)
    for (const { brokerOrderId } of booked) {
      explained.add(brokerOrderId)
      if (order.status === 'unknown') unknown.add(brokerOrderId)
    }
    if (new Set(booked.map(({ brokerOrderId }) => brokerOrderId)).size > 1) judge.violate('I2', `${own.key} is at the broker ${booked.length} times`)
    if (!isSame(filledOf(own), Number(order.filledQuantity))) judge.violate('I8', `${own.key} shows ${order.filledQuantity} filled, its executions say ${filledOf(own)}`)
    judgeStatus(judge, order, booked[0], own)
  }
  for (const { brokerOrderId, clientOrderId, leg, status } of judge.world.broker.truth.orders()) {
    // An exit that came and went while nobody listened is explained by its entry; what it traded shows in the positions.
    if (leg !== undefined && OVER.has(status) && explained.has(leg.parentBrokerOrderId)) continue
    // Of an entry that is unknown, the exits are as well: one whose clock jumped ahead finds only older orders at the broker.
    if (leg !== undefined && unknown.has(leg.parentBrokerOrderId)) continue
    if (!explained.has(brokerOrderId) && !byHand.has(brokerOrderId)) judge.violate('I1', `the broker has ${brokerOrderId} (${clientOrderId ?? ''}), which no durable intent explains`)
  }
}

/** An order at rest says what the broker's books say; what cannot be proven stays unknown. */
function judgeStatus(judge: Judge, order: Order, booked: BrokerOrder | undefined, own: LedgerOrder): void {
  const { idempotencyKey: key, status } = order
  if (booked === undefined) {
    const unprovable = status === 'unknown' && mayStayUnknown(judge)
    if (!NEVER_THERE.has(status) && !unprovable) judge.violate('I3', `${key} is ${status} and the broker never had it`)
    return
  }
  // Of busts that nobody heard only the positions tell, which are judged by themselves: those of a buy and a sell may cancel out.
  const announced = judge.touched.has(booked.brokerOrderId) && (isAnnounced(judge) || !own.reversed)
  if (!isSame(Number(booked.filledQuantity), Number(order.filledQuantity)) && !announced) {
    judge.violate('I7', `${key} shows ${order.filledQuantity} filled, the broker ${booked.filledQuantity}`)
  }
  if (status === 'unknown' && (mayStayUnknown(judge) || wasAhead(order, booked))) return
  // It came when its absence had been proven, and went without a trade while nobody could write that down.
  const cameLate = [...own.clientOrderIds.keys()].some((id) => judge.arrivedLate.has(id))
  if (cameLate && status === 'denied' && OVER.has(booked.status) && Number(booked.filledQuantity) === 0) return
  // How much an order by money was to buy nobody knows: it stays filled when a trade of it is taken back.
  if (booked.notional !== undefined && judge.touched.has(booked.brokerOrderId) && status === 'filled') return
  const differs = OVER.has(booked.status) ? status !== booked.status : OVER.has(status) || status === 'denied' || status === 'unknown' || status.startsWith('pending')
  if (differs && !announced) judge.violate('I3', `${key} is ${status}, the broker has it as ${booked.status}`)
}

/** What no evidence can settle waits for a human: the broker proves nothing, its clock is too far from ours, or its adapter never answered. */
function mayStayUnknown({ world }: Judge): boolean {
  return !world.broker.absenceIsProvable || Math.abs(world.skew) > CLOCKS_AGREE || world.process?.lines.hang === true
}

/** Our clock was ahead when the order was placed, so that the broker's record of it looks like that of an older one. */
function wasAhead(order: Order, booked: BrokerOrder): boolean {
  // oxlint-disable-next-line no-restricted-globals -- it reads two texts and asks for no time
  return Date.parse(order.createdAt) - Date.parse(booked.createdAt) > CLOCKS_AGREE
}

async function judgeHeld(judge: Judge, { service }: Process, order: Order): Promise<void> {
  const positions = await service?.positions()
  const held = positions?.find(({ symbol }) => symbol === order.symbol)
  const working = Number((order.side === 'buy' ? held?.workingBuy : held?.workingSell) ?? 0)
  if (working < Number(order.leavesQuantity ?? 0) && order.parentOrderId === undefined) judge.violate('I3', `${order.idempotencyKey} is unknown and holds ${working} of ${order.leavesQuantity ?? '0'}`)
}

/** What was engaged to clear the market has cleared it. */
function judgeSweep(judge: Judge): void {
  for (const [scope, { level }] of judge.engaged) {
    if (level !== 'cancel_all' && level !== 'flatten') continue
    for (const own of judge.ledger.orders.values()) {
      if (own.purpose === 'flatten' || own.isExternal || !covers(scope, own)) continue
      for (const { status } of judge.bookedOf(own)) if (!OVER.has(status)) judge.violate('I5', `${own.key} is ${status} at the broker although ${level} is engaged for ${scope}`)
    }
  }
}

/** What a reader gets from the beginning is what is on the disk. */
export async function judgeReplay(judge: Judge, process: Process): Promise<void> {
  for (const account of ['main', GLOBAL_ACCOUNT]) {
    const history = await judge.world.disk.history(account)
    const read: string[] = []
    const stop = new AbortController()
    if (process.service === undefined || history.length === 0) continue
    for await (const item of process.service.events({ account, after: 0, signal: stop.signal })) {
      if (item.type === 'stream_reset') { judge.violate('I11', `${account}: a reset although everything is kept`); break }
      read.push(JSON.stringify(item))
      if (item.sequence >= history.length) break
    }
    if (read.join('\n') !== history.map((event) => JSON.stringify(event)).join('\n')) judge.violate('I11', `${account}: what is read from the beginning is not what is on the disk`)
  }
}
