import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DrawPace } from './draw-pace.ts'

beforeEach(() => { vi.useFakeTimers() })
afterEach(() => { vi.useRealTimers() })

function paced(): { readonly pace: DrawPace; readonly draw: ReturnType<typeof vi.fn<() => void>> } {
  const draw = vi.fn<() => void>()
  return { draw, pace: new DrawPace(draw) }
}

test('a change now and then is drawn in its own frame', () => {
  const { pace, draw } = paced()
  for (let frame = 0; frame < 60; frame += 1) pace.frame(frame % 3 !== 0)
  expect(draw).toHaveBeenCalledTimes(40)
})

test('when every frame changes something, each third is drawn', () => {
  const { pace, draw } = paced()
  for (let frame = 0; frame < 308; frame += 1) pace.frame(true)
  expect(draw).toHaveBeenCalledTimes(8 + 100)
})

test('the last change of a storm is drawn although no frame follows', () => {
  const { pace, draw } = paced()
  for (let frame = 0; frame < 10; frame += 1) pace.frame(true)
  const before = draw.mock.calls.length
  vi.advanceTimersByTime(50)
  expect(draw).toHaveBeenCalledTimes(before + 1)
  vi.advanceTimersByTime(500)
  expect(draw).toHaveBeenCalledTimes(before + 1)
})

test('nothing is drawn after the end', () => {
  const { pace, draw } = paced()
  for (let frame = 0; frame < 10; frame += 1) pace.frame(true)
  pace.stop()
  const before = draw.mock.calls.length
  vi.advanceTimersByTime(500)
  expect(draw).toHaveBeenCalledTimes(before)
})
