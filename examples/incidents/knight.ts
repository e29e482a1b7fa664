import { dailyLoss, maxPosition, messageRate } from '@sluice/core'
import type { Incident } from './incident.ts'

const SYMBOLS = ['WXS', 'NOK', 'GFIG'] as const
const START = 30
const WANTED = 1000
const CHILD = 500
const MINUTES = 45

/**
 * A flag from 2003 wakes code that sends child orders until somebody tells it that the parent is filled. Nobody does. It buys,
 * the price runs from it, and 97 warning mails lie unread. What was bought is sold again at the old price.
 */
export const knight: Incident = {
  name: 'Knight Capital, 1 August 2012',
  happened: '4 million child orders for 212 parents in 45 minutes; 460 million dollars, and the company',
  options: {
    spread: 0.1,
    prices: Object.fromEntries(SYMBOLS.map((symbol) => [symbol, START])),
    guards: [maxPosition({ quantity: String(WANTED) }), messageRate({ perSecond: 5 }), dailyLoss({ loss: '5000' })],
  },
  play: async (stage) => {
    for (let second = 0; second < MINUTES * 60; second += 20) {
      for (const symbol of SYMBOLS) {
        await stage.send({ symbol, side: 'buy', type: 'market', quantity: String(CHILD) })
        // Ten thousand shares move the price by a hundredth of it.
        stage.setPrice(symbol, START * (1 + (await stage.position(symbol)) / 1_000_000), START)
      }
      await stage.pass(20)
    }
    // The buying stops; so does what held the price up.
    for (const symbol of SYMBOLS) stage.setPrice(symbol, START)
    await stage.pass(60)
  },
}
