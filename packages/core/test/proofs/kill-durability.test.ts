import { expect, it } from 'vitest'
import { killDurability } from './kill-durability.ts'

it('F1: after each of 6 kills every engage that had answered durable is in force', async () => {
  const { durable, lost } = await killDurability(6, 'ci')
  expect(lost).toEqual([])
  // Each process had said so at least once before it was killed.
  expect(durable).toBeGreaterThanOrEqual(6)
}, 180_000)

it('the same kills see a journal that says durable before it is', async () => {
  expect((await killDurability(3, 'ci', { plant: 'hasty' })).lost.length).toBeGreaterThan(0)
}, 180_000)
