import type { StoredEvent } from '@sluice/core'

/** What the judge derives of one order from the durable events, by rules of its own. */
export interface LedgerOrder {
  readonly id: string
  readonly key: string
  /** When it became durable, in ms since the start. */
  readonly since: number
  readonly symbol: string
  readonly side: string
  readonly strategy: string | undefined
  readonly purpose: string | undefined
  readonly broker: string
  /** It was placed past the service. */
  readonly isExternal: boolean
  /** Client ids of the order itself and of its replaces, each with the approval it was sent under. */
  readonly clientOrderIds: Map<string, { readonly approved: boolean }>
  /** Where the broker said that it has it. */
  readonly brokerOrderIds: Set<string>
  /** Quantities of the executions that stand. */
  readonly executions: Map<string, number>
  /** Digest of the challenge it waited for. */
  challenge: string | undefined
  /** A trade of it was taken back or corrected. */
  reversed: boolean
  /** It was taken for never sent, and then the broker had it. */
  revived: boolean
}

/** Durable events folded by somebody else than the service: what its words are compared with. */
export interface IndependentLedger {
  readonly orders: ReadonlyMap<string, LedgerOrder>
  /** The order a client id was made for. */
  byClientOrderId(clientOrderId: string): LedgerOrder | undefined
  byKey(key: string): LedgerOrder | undefined
  /** Ids of durable events, with their text. */
  readonly durable: ReadonlyMap<string, string>
  readonly anomalies: ReadonlySet<string>
  /** The limit of the position, since when, oldest first. */
  readonly limits: readonly { readonly at: number; readonly position: number }[]
  /** Takes in a durable event; answers what is wrong with it. */
  apply(event: StoredEvent): string | undefined
}

export function createIndependentLedger(elapsed: () => number): IndependentLedger {
  const orders = new Map<string, LedgerOrder>()
  const byClient = new Map<string, LedgerOrder>()
  const byKey = new Map<string, LedgerOrder>()
  const durable = new Map<string, string>()
  const anomalies = new Set<string>()
  const last = new Map<string, number>()
  const limits: { at: number; position: number }[] = []

  const orderOf = (event: StoredEvent): LedgerOrder | undefined => {
    if (!('orderId' in event.data) || event.data.orderId === undefined) return undefined
    const known = orders.get(event.data.orderId)
    if (known !== undefined || !('intent' in event.data) || event.data.intent === undefined) return known
    const { idempotencyKey, terms, purpose, broker, source } = event.data.intent
    const order: LedgerOrder = {
      id: event.data.orderId, key: idempotencyKey, since: elapsed(), symbol: terms.symbol, side: terms.side, strategy: terms.strategy, purpose, broker, isExternal: source === 'external', clientOrderIds: new Map(), brokerOrderIds: new Set(), executions: new Map(), challenge: undefined, reversed: false, revived: false,
    }
    orders.set(order.id, order)
    byKey.set(order.key, order)
    return order
  }
  const bind = (order: LedgerOrder | undefined, clientOrderId: string, approved: boolean): void => {
    if (order === undefined) return
    order.clientOrderIds.set(clientOrderId, { approved })
    byClient.set(clientOrderId, order)
  }
  const fill = (order: LedgerOrder | undefined, executionId: string, quantity: string): string | undefined => {
    if (order === undefined) return 'a fill of no order'
    if (order.executions.has(executionId)) return `execution ${executionId} is recorded twice`
    order.executions.set(executionId, Number(quantity))
    return undefined
  }

  return {
    orders, durable, anomalies, limits,
    byClientOrderId: (clientOrderId) => byClient.get(clientOrderId),
    byKey: (key) => byKey.get(key),
    apply: (event) => {
      durable.set(event.id, JSON.stringify(event))
      const before = last.get(event.account) ?? 0
      last.set(event.account, event.sequence)
      if (event.sequence !== before + 1) return `event ${event.id} follows ${before}`
      const order = orderOf(event)
      switch (event.type) {
        case 'order_pending_approval':
          if (order !== undefined) order.challenge = event.data.challenge.digest
          return undefined
        case 'order_pending_new': {
          const { approval, clientOrderId } = event.data
          bind(order, clientOrderId, approval !== undefined && approval.digest === order?.challenge)
          return undefined
        }
        // What the broker opened for an order of ours, and what it changed of it by itself, have ids of its own.
        case 'order_accepted':
        case 'order_replaced':
          if (order !== undefined && event.type === 'order_accepted' && event.data.again === true) order.revived = true
          order?.brokerOrderIds.add(event.data.brokerOrderId)
          if (order?.clientOrderIds.has(event.data.clientOrderId) === false) bind(order, event.data.clientOrderId, false)
          return undefined
        case 'order_pending_replace': bind(order, event.data.clientOrderId, false); return undefined
        case 'order_partially_filled':
        case 'order_filled': return fill(order, event.data.execution.executionId, event.data.execution.lastQuantity)
        case 'execution_busted':
          if (order !== undefined) order.reversed = true
          order?.executions.delete(event.data.execution.executionId)
          return undefined
        case 'execution_corrected':
          if (order !== undefined) order.reversed = true
          order?.executions.set(event.data.previous.executionId, Number(event.data.execution.lastQuantity))
          return undefined
        case 'anomaly_detected': anomalies.add(event.data.code); return undefined
        // What stops an account says why; where only that became durable, it has been said.
        case 'limits_changed': {
          const quantity = event.data.guards.find(({ name }) => name === 'max-position')?.options as { readonly quantity?: string } | undefined
          if (quantity?.quantity !== undefined) limits.push({ at: elapsed(), position: Number(quantity.quantity) })
          return undefined
        }
        case 'kill_switch_changed':
          if (event.data.trigger !== undefined) anomalies.add(event.data.trigger)
          return undefined
        default: return undefined
      }
    },
  }
}

export function filledOf(order: LedgerOrder): number {
  let sum = 0
  for (const quantity of order.executions.values()) sum += quantity
  return sum
}
