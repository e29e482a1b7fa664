import { expect, it } from 'vitest'
import { eventSource } from '../../test/support/make-event.ts'
import { BrokenMemory } from './evaluate.ts'
import { allow, type Guard } from './guard.ts'
import { remember } from './guard-memory.ts'

const event = eventSource().make('order_canceled', { orderId: 'a', reason: 'requested' })
const counting: Guard = { name: 'counting', options: null, initial: 0, apply: (state) => (state as number) + 1, check: () => allow }

it('a memory is what the fold makes of it; without one it stays', () => {
  expect(remember(counting, 3, event)).toBe(4)
  expect(remember({ name: 'forgetful', options: null, check: () => allow }, undefined, event)).toBeUndefined()
})

it('a fold that throws breaks the memory, which says at which event and why, and stays broken', () => {
  const broken = remember({ ...counting, apply: () => { throw new Error('out of order') } }, 3, event)
  expect(broken).toBeInstanceOf(BrokenMemory)
  expect((broken as Error).message).toBe('its memory broke at event main:1: out of order')
  expect(remember(counting, broken, event)).toBe(broken)
})
