import { expect, it } from 'vitest'
import { killDurability } from './kill-durability.ts'

it('F1: after each of 10 kills every engage that had answered durable is in force', async () => {
  const { durable, lost } = await killDurability(10, 'ci')
  expect(lost).toEqual([])
  expect(durable).toBeGreaterThan(20)
}, 60_000)
