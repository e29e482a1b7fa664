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
    createdAt: time, updatedAt: time, complete: false, phase: 'working', outstanding: {}, snapshot: false, revision: 0,
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

function changeOf(row: OrderRow, event: StoredEvent): Change | undefined {
  const { outstanding } = row
  switch (event.type) {
    case 'order_denied': return { terminal: row.terminal ?? 'denied', denial: event.data.denial, challenge: undefined, outstanding: {}, leavesQuantity: '0' }
    case 'order_pending_approval': return { challenge: event.data.challenge }
    case 'order_pending_new': return { terminal: undefined, denial: undefined, challenge: undefined, outstanding: { ...outstanding, new: 'pending' } }
    case 'order_accepted': return { outstanding: without(outstanding, 'new'), phase: 'working' }
    case 'order_rejected': return { terminal: row.terminal ?? 'rejected', rejection: event.data.rejection, challenge: undefined, outstanding: {}, leavesQuantity: '0' }
    case 'order_partially_filled':
    case 'order_filled': {
      const { filledQuantity, leavesQuantity, averagePrice } = event.data
      return { filledQuantity, leavesQuantity, averagePrice, complete: event.type === 'order_filled', outstanding: without(outstanding, 'new') }
    }
    case 'order_pending_cancel': return { outstanding: { ...outstanding, cancel: 'pending' }, refusal: undefined }
    case 'order_cancel_refused': return { outstanding: without(outstanding, 'cancel'), refusal: event.data.message }
    case 'order_canceled': return { terminal: row.terminal ?? 'canceled', challenge: undefined, outstanding: {}, leavesQuantity: '0' }
    case 'order_expired': return { terminal: row.terminal ?? 'expired', challenge: undefined, outstanding: {}, leavesQuantity: '0' }
    case 'order_pending_replace': return { outstanding: { ...outstanding, replace: 'pending' }, changes: event.data.changes, refusal: undefined }
    case 'order_replaced': return afterReplace(row, event.data.changes)
    case 'order_replace_refused': return { outstanding: without(outstanding, 'replace'), changes: undefined, refusal: event.data.message }
    case 'order_suspended': return { phase: event.data.phase }
    case 'order_unknown': return { outstanding: unknown(outstanding, event.data.command) }
    default: return undefined
  }
}

/** An `unknown` order from a snapshot does not say which command is unknown: an answer to a command it may be is not enough. */
function isVague(row: OrderRow, event: StoredEvent): boolean {
  if (row.outstanding.new !== 'unknown') return false
  return event.type === 'order_cancel_refused' || event.type === 'order_replaced' || event.type === 'order_replace_refused'
}

/** Whether a row already has what an event says, or the event concerns no order. */
function isNews(row: OrderRow | undefined, { type, time, data }: StoredEvent): boolean {
  if (!type.startsWith('order_') && !type.startsWith('execution_')) return false
  return 'orderId' in data && data.orderId !== undefined && !(row?.snapshot === true && time < row.updatedAt)
}

/**
 * Writes what an event says into its row, or makes the row; the same events always give the same row. No copy is made: a
 * hundred thousand events a second must leave time to draw.
 */
export function applyEvent(row: OrderRow | undefined, event: StoredEvent): Applied {
  if (!isNews(row, event)) return same
  // A bust or a correction changes sums that only the server can make: it has every execution.
  if (event.type === 'execution_busted' || event.type === 'execution_corrected') return ask
  if (row !== undefined && isVague(row, event)) return ask
  const intent = 'intent' in event.data ? event.data.intent : undefined
  const target = (row ?? (intent === undefined ? undefined : firstRow((event.data as { readonly orderId: string }).orderId, intent, event.time))) as Writable | undefined
  if (target === undefined) return ask
  const change = changeOf(target, event)
  if (change === undefined) return same
  Object.assign(target, change)
  if (event.time !== target.updatedAt) {
    target.snapshot = false
    target.updatedAt = event.time
  }
  target.status = statusOf(target)
  target.revision = nextRevision()
  return { kind: 'row', row: target }
}
