import { maxPosition } from '@sluice/core'
import type { Incident } from './incident.ts'

const LIMIT = 2

/**
 * A webhook takes alerts. Each handler asks for the position, sees that there is room for two, and buys two. Three alerts come in
 * the same second: each saw the room, none saw the others.
 */
export const threeAlerts: Incident = {
  name: 'Three alerts in one second',
  happened: 'a position limit of two that ended with six: checked, awaited, then recorded',
  options: { spread: 0.1, prices: { ETH: 2000 }, guards: [maxPosition({ quantity: String(LIMIT) })] },
  play: async (stage) => {
    const seen = await Promise.all([1, 2, 3].map(() => stage.position('ETH')))
    for (const held of seen) if (held + LIMIT <= LIMIT) await stage.send({ symbol: 'ETH', side: 'buy', type: 'market', quantity: String(LIMIT) })
    for (let minute = 1; minute <= 20; minute += 1) {
      stage.setPrice('ETH', 2000 - minute * 10)
      await stage.pass(60)
    }
  },
}
