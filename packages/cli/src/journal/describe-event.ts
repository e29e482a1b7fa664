import type { StoredEvent } from '@sluice/core'
import { printable } from '../terminal/format.ts'

/** What an event says, in a few words. */
function summaryOf(event: StoredEvent): string {
  switch (event.type) {
    case 'order_pending_new':
    case 'order_pending_approval': {
      const { symbol, side, quantity, notional, type, limitPrice } = event.data.intent.terms
      const amount = quantity ?? `${notional ?? ''} worth of`
      return `${side} ${amount} ${symbol} ${type}${limitPrice === undefined ? '' : ` ${limitPrice}`}`
    }
    case 'order_denied': return `${event.data.denial.code}: ${event.data.denial.message}`
    case 'order_rejected': return `${event.data.rejection.code}: ${event.data.rejection.message}`
    case 'order_accepted': return `broker order ${event.data.brokerOrderId}`
    case 'order_partially_filled':
    case 'order_filled': {
      const { side, lastQuantity, symbol, lastPrice } = event.data.execution
      return `${side} ${lastQuantity} ${symbol} at ${lastPrice}; ${event.data.filledQuantity} in all`
    }
    case 'order_canceled': return event.data.reason
    case 'order_unknown': return `${event.data.command}: ${event.data.reason}`
    case 'order_cancel_refused':
    case 'order_replace_refused': return `${event.data.code}: ${event.data.message}`
    case 'order_replace_denied': return `${event.data.denial.code}: ${event.data.denial.message}`
    case 'position_changed': return `${event.data.quantity} ${event.data.symbol} at ${event.data.broker} (${event.data.source})`
    case 'kill_switch_changed': return `${event.data.action} ${event.data.scope} ${event.data.level} by ${event.data.actor}: ${event.data.reason}`
    case 'limits_changed': return `version ${event.data.version}: ${event.data.guards.map(({ name }) => name).join(' ')}`
    case 'limit_warning': return `${event.data.guard} at ${event.data.percent} %: ${event.data.observed} of ${event.data.limit}`
    case 'session_rolled': return event.data.session
    case 'anomaly_detected': return `${event.data.code}: ${event.data.message}`
    default: return ''
  }
}

/** One event as cells of a line. Texts of brokers and users are made harmless. */
export function describeEvent(event: StoredEvent): readonly string[] {
  const orderId = 'orderId' in event.data && event.data.orderId !== undefined ? event.data.orderId : ''
  return [event.id, event.time, event.type, orderId, summaryOf(event)].map(printable)
}
