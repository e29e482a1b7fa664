import type { Batch } from '@sluice/core'

/** What one new order appends: its intent with a guard's decision, its key and its client id. */
export function durableOrder(sequence: number): Batch {
  const orderId = `order-${sequence}`
  const clientOrderId = `slc-${sequence}`
  const key = `signal-${sequence}`
  const digest = 'a3f1c2d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90'
  return {
    events: [{
      id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_pending_new',
      data: {
        orderId, clientOrderId, submitBy: '2026-11-22T17:00:01.000Z',
        intent: {
          terms: { account: 'main', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'day', extendedHours: false },
          digest, idempotencyKey: key, actor: 'local', broker: 'main', reservation: { quantity: '10', price: '187.5' },
        },
        evaluation: { decisions: [{ guard: 'max-position', verdict: 'allow', limit: '100', observed: '10' }], limits: 0, inputs: { now: 1_795_357_800_123 }, killEpoch: 0 },
      },
    }],
    keys: [{ key, orderId, digest }],
    names: [{ name: `client\n${clientOrderId}`, orderId }],
  }
}

/** What the broker's yes appends. */
export function acceptedOrder(sequence: number): Batch {
  const data = { orderId: `order-${sequence}`, clientOrderId: `slc-${sequence}`, brokerOrderId: `b-${sequence}` }
  return { events: [{ id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_accepted', data }] }
}
