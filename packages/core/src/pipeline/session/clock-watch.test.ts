import { describe, expect, it } from 'vitest'
import type { Clock } from '../../runtime/clock.ts'
import { createClockWatch } from './clock-watch.ts'

/** A wall clock and a steady one that the test moves by themselves. */
function twoClocks(): Clock & { move(steady: number, wall?: number): void } {
  let wall = 1_000_000
  let steady = 0
  return {
    now: () => wall, monotonic: () => steady, setTimer: () => ({ cancel: () => undefined }),
    move: (by, wallBy = by) => { steady += by; wall += wallBy },
  }
}

describe('the clock watch', () => {
  it.each([[1000, 0], [1001, 1001], [-1001, 1001], [3_600_000, 3_600_000]])('a wall clock that moved %s ms by itself has jumped %s ms', (by, jumped) => {
    const clock = twoClocks()
    const watch = createClockWatch(clock)
    clock.move(50, 50 + by)
    expect(watch.jump()).toBe(jumped)
  })

  it('time that passes is no jump, however long nobody looks', () => {
    const clock = twoClocks()
    const watch = createClockWatch(clock)
    clock.move(86_400_000)
    expect(watch.jump()).toBe(0)
  })

  it('a jump stays until somebody rebases, also when the clock jumps back', () => {
    const clock = twoClocks()
    const watch = createClockWatch(clock)
    clock.move(0, 5000)
    expect(watch.jump()).toBe(5000)
    clock.move(0, -5000)
    expect(watch.jump()).toBe(5000)
    watch.rebase()
    expect(watch.jump()).toBe(0)
  })

  it('a slow drift is corrected for, steps that come in slices are not', () => {
    const drifting = twoClocks()
    const watch = createClockWatch(drifting)
    for (let minute = 0; minute < 600; minute += 1) { drifting.move(61_000, 61_010); expect(watch.jump()).toBe(0) }
    const creeping = twoClocks()
    const second = createClockWatch(creeping)
    for (let step = 0; step < 3; step += 1) { creeping.move(1000, 1500); second.jump() }
    expect(second.jump()).toBe(1500)
  })
})
