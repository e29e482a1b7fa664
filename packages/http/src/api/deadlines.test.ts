import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createDeadlines } from './deadlines.ts'

test('each wait ends at its own time, one that was called off never, and one timer serves them all', async () => {
  const clock = createVirtualClock()
  const deadlines = createDeadlines(clock, 1000)
  const ended: string[] = []
  const cancelled = deadlines.start(() => { ended.push('cancelled') })
  deadlines.start(() => { ended.push('first') })
  await clock.advance(400)
  deadlines.start(() => {
    ended.push('second')
    deadlines.start(() => { ended.push('third') })
  })
  expect(clock.pending()).toBe(1)
  cancelled()
  await clock.advance(600)
  expect(ended).toEqual(['first'])
  await clock.advance(400)
  expect(ended).toEqual(['first', 'second'])
  await clock.advance(1000)
  expect([ended, clock.pending()]).toEqual([['first', 'second', 'third'], 0])
})
