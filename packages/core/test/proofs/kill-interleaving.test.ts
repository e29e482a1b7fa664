import { expect, it } from 'vitest'
import { asksTooEarly, interleavings } from './kill-interleaving.ts'

const SEED = 20_260_105

it('I5: from the tick of engage on no order, approval or replace that the level forbids is written, and cancel_all leaves nothing working', async () => {
  const { failed, writes, counterexample } = await interleavings(300, SEED)
  expect({ failed, counterexample, seed: SEED }).toEqual({ failed: false, counterexample: null, seed: SEED })
  expect(writes).toBeGreaterThan(100)
}, 120_000)

it('the same property sees an adapter that asks for its permits too early', async () => {
  expect((await interleavings(300, SEED, asksTooEarly)).failed).toBe(true)
})
