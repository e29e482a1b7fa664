import { type BrokerAdapter, maxPosition } from '@sluice/core'
import type { Incident } from './incident.ts'

const SIGNALS = 20
const LOT = 10

/** Takes every order, and loses the answer to each second one: a gateway that is overloaded, not one that is down. */
function forgetful(broker: BrokerAdapter): BrokerAdapter {
  let calls = 0
  return {
    ...broker,
    submit: async (order) => {
      const outcome = await broker.submit(order)
      calls += 1
      if (calls % 2 === 0) throw new Error('504 Gateway Timeout')
      return outcome
    },
  }
}

/**
 * A bot buys and sells in turn. No answer within the time counts as "not sent", so it sends again: until it holds twice what it
 * wanted, on the day the price falls.
 */
export const doubleSend: Incident = {
  name: 'The time-out that was no failure',
  happened: 'in the issue lists of many open bots: an order is sent again because its answer was late, and trades twice',
  options: { spread: 0.02, prices: { BTC: 500 }, guards: [maxPosition({ quantity: '1000' })], wire: forgetful },
  play: async (stage) => {
    for (let signal = 0; signal < SIGNALS; signal += 1) {
      const request = { symbol: 'BTC', side: 'buy', type: 'market', quantity: String(LOT) } as const
      const key = `signal-${signal}`
      for (let attempt = 0; attempt < 3; attempt += 1) {
        const { kind } = await stage.send(request, key)
        if (kind === 'sent') break
      }
      stage.setPrice('BTC', 500 - signal)
      await stage.pass(30)
    }
  },
}
