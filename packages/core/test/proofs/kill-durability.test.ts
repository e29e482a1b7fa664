import { expect, it } from 'vitest'
import { killDurability } from './kill-durability.ts'

it('F1: after each of 6 kills every engage that had answered durable is in force', async () => {
  const { durable, lost } = await killDurability(6, 'ci')
  expect(lost).toEqual([])
  expect(durable).toBeGreaterThan(6)
}, 180_000)
