import { maxPosition, messageRate, orderValue } from '@sluice/core'
import type { Incident } from './incident.ts'

/** Ten shares of a European index, at 100 each. */
const LEGS = Array.from({ length: 10 }, (_, number) => `EU${number}`)
const PRICE = 100
/** 58 000 were meant; a figure in the wrong field made 444 million of it: a thousandth of what it was. */
const MEANT = 58_000
const TYPED = 444_000_000
const SLICE = 50

/**
 * A basket is typed with the value in the field of the quantity. The window with the warnings is clicked away unread. The algorithm
 * sells for twenty minutes before somebody stops it.
 */
export const citi: Incident = {
  name: 'Citigroup, 2 May 2022',
  happened: 'a basket of 58 million dollars typed as 444 billion; 189 billion reached the algorithm, 1.4 billion were sold before it was stopped',
  options: {
    spread: 0.1,
    prices: Object.fromEntries(LEGS.map((symbol) => [symbol, PRICE])),
    guards: [orderValue({ reject: String(2 * MEANT) }), maxPosition({ quantity: '1000' }), messageRate({ perSecond: 50 })],
  },
  play: async (stage) => {
    const quantity = TYPED / LEGS.length / PRICE
    const refused = new Set<string>()
    for (let minute = 0; minute < 20; minute += 1) {
      for (const symbol of LEGS) {
        // The first request of a leg is its whole: who refuses it refuses the leg. Otherwise the algorithm works it off in slices.
        if (refused.has(symbol)) continue
        const slice = minute === 0 ? quantity / SLICE : quantity / SLICE / 4
        const answer = await stage.send({ symbol, side: 'sell', type: 'market', quantity: slice.toFixed(0) })
        if (answer.kind === 'denied') refused.add(symbol)
        stage.setPrice(symbol, PRICE * (1 + (await stage.position(symbol)) / 1_000_000), PRICE)
      }
      await stage.pass(60)
    }
    // The market comes back; what was sold has to be bought again.
    for (const symbol of LEGS) stage.setPrice(symbol, PRICE)
    await stage.pass(60)
  },
}
