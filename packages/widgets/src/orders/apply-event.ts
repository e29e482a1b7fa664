import type { OrderIntent, ReplaceRequest, StoredEvent } from '@sluice/core'
import { type Certainty, nextRevision, type OrderRow, type Outstanding, statusOf } from './order-row.ts'

type Writable = { -readonly [Key in keyof OrderRow]: OrderRow[Key] }
type Change = { readonly [Key in keyof OrderRow]?: OrderRow[Key] | undefined }

/** What an event does to a row. `ask` means: the event does not say enough, ask the server for the whole order. */
export type Applied = { readonly kind: 'row'; readonly row: OrderRow } | { readonly kind: 'same' } | { readonly kind: 'ask' }

const same: Applied = { kind: 'same' }
const ask: Applied = { kind: 'ask' }

function firstRow(id: string, intent: OrderIntent, time: string): OrderRow {
  return {
    ...intent.terms, id, idempotencyKey: intent.idempotencyKey, broker: intent.broker, status: 'pending_new', filledQuantity: '0',
    createdAt: time, updatedAt: time, complete: false, phase: 'working', outstanding: {}, snapshot: false, revision: 0, version: 0,
  }
}

function without(outstanding: Outstanding, command: keyof Outstanding): Outstanding {
  if (outstanding[command] === undefined) return outstanding
  const { [command]: _settled, ...rest } = outstanding
  return rest
}

function unknown(outstanding: Outstanding, command: keyof Outstanding): Outstanding {
  const certainty: Certainty = 'unknown'
  return { ...outstanding, [command]: certainty }
}

function afterReplace(row: OrderRow, changes: ReplaceRequest): Change {
  const quantity = changes.quantity ?? row.quantity
  return {
    ...changes, outstanding: without(row.outstanding, 'replace'), changes: undefined, leavesQuantity: undefined,
    complete: quantity !== undefined && quantity === row.filledQuantity,
  }
}

/** A terminal fact closes what may still trade. */
const ended: Change = { challenge: undefined, outstanding: {}, leavesQuantity: '0' }

function reopened(row: OrderRow, really: boolean): Change {
  return really && row.terminal !== undefined ? { terminal: undefined, denial: undefined, leavesQuantity: row.quantity } : {}
}

function changeOf(row: OrderRow, event: StoredEvent): Change | undefined {
  const { outstanding } = row
  switch (event.type) {
    case 'order_denied': return { ...ended, terminal: row.terminal ?? 'denied', ...((row.terminal ?? 'denied') === 'denied' && { denial: event.data.denial }) }
    // Another attempt of an order that was never sent reopens it; no other end is ever undone.
    case 'order_pending_approval': return { challenge: event.data.challenge, ...reopened(row, row.terminal === 'denied') }
    case 'order_pending_new': return { challenge: undefined, outstanding: { ...outstanding, new: 'pending' }, ...reopened(row, row.terminal === 'denied') }
    case 'order_accepted': return { outstanding: without(outstanding, 'new'), phase: 'working', ...reopened(row, event.data.again === true) }
    case 'order_rejected': return { ...ended, terminal: row.terminal ?? 'rejected', ...((row.terminal ?? 'rejected') === 'rejected' && { rejection: event.data.rejection }) }
    case 'order_partially_filled':
    case 'order_filled': {
      const { filledQuantity, leavesQuantity, averagePrice } = event.data
      return { filledQuantity, leavesQuantity, averagePrice, complete: event.type === 'order_filled', phase: 'working', outstanding: without(outstanding, 'new') }
    }
    case 'order_pending_cancel': return { outstanding: { ...outstanding, cancel: 'pending' }, refusal: undefined }
    case 'order_cancel_refused': return { outstanding: without(outstanding, 'cancel'), refusal: event.data }
    case 'order_canceled': return { ...ended, terminal: row.terminal ?? 'canceled' }
    case 'order_expired': return { ...ended, terminal: row.terminal ?? 'expired' }
    case 'order_pending_replace': return { outstanding: { ...outstanding, replace: 'pending' }, changes: event.data.changes, refusal: undefined }
    case 'order_replaced': return afterReplace(row, event.data.changes)
    case 'order_replace_refused': return { outstanding: without(outstanding, 'replace'), changes: undefined, refusal: event.data }
    // New terms that the guards refused: the order itself stays as it was.
    case 'order_replace_denied': return { refusal: event.data.denial }
    case 'order_suspended': return { phase: event.data.phase }
    case 'order_unknown': {
      // A cancel or a replace that nobody waits for any more cannot become unknown.
      const { command } = event.data
      return command !== 'new' && outstanding[command] === undefined ? {} : { outstanding: unknown(outstanding, command) }
    }
    default: return undefined
  }
}

/** The status of a whole order names one command, and `unknown` not even that: what an answer to it leaves only the server knows. */
function isVague({ outstanding }: OrderRow, event: StoredEvent): boolean {
  if (outstanding.vague === undefined) return false
  switch (event.type) {
    case 'order_accepted':
    case 'order_partially_filled':
    case 'order_filled': return outstanding.new !== undefined
    case 'order_cancel_refused': return outstanding.cancel !== undefined || outstanding.new === 'unknown'
    case 'order_replaced':
    case 'order_replace_refused': return outstanding.replace !== undefined || outstanding.new === 'unknown'
    case 'order_unknown': return outstanding[event.data.command] === undefined
    default: return false
  }
}

/** These may name an order without being a part of its history. */
const remarks: ReadonlySet<StoredEvent['type']> = new Set(['limit_warning', 'anomaly_detected', 'order_replace_denied'])

/**
 * The version after an event, as the server counts. An event of the very moment of a snapshot may be in it already: then
 * nobody knows.
 */
function versionAfter(row: OrderRow, { type, time }: StoredEvent): number | undefined {
  if (row.version === undefined || remarks.has(type)) return row.version
  return row.snapshot && time === row.updatedAt ? undefined : row.version + 1
}

/**
 * Writes what an event says into its row, or makes the row; the same events always give the same row. No copy is made: a
 * hundred thousand events a second must leave time to draw.
 */
export function applyEvent(row: OrderRow | undefined, event: StoredEvent): Applied {
  const { type, time, data } = event
  if (!('orderId' in data) || data.orderId === undefined || (row?.snapshot === true && time < row.updatedAt)) return same
  // A bust or a correction changes sums that only the server can make: it has every execution.
  if (type === 'execution_busted' || type === 'execution_corrected') return ask
  if (row !== undefined && isVague(row, event)) return ask
  const intent = 'intent' in data ? data.intent : undefined
  const target: Writable | undefined = row ?? (intent === undefined ? undefined : firstRow(data.orderId, intent, time))
  if (target === undefined) return type.startsWith('order_') && !remarks.has(type) ? ask : same
  const change = changeOf(target, event)
  const version = versionAfter(target, event)
  if (change === undefined && version === target.version) return same
  Object.assign(target, change)
  if (version === undefined) delete target.version
  else target.version = version
  if (!remarks.has(type)) {
    if (time !== target.updatedAt) target.snapshot = false
    target.updatedAt = time
  }
  target.status = statusOf(target)
  target.revision = nextRevision()
  return { kind: 'row', row: target }
}
