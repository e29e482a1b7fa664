import { createNoise, createSeededRandom, createVirtualTime } from '@sluice/testkit/simulation'
import { describe, expect, test } from 'vitest'

describe('virtual time', () => {
  test('fires timers by time, those of one time in the order in which they were set, and lets promises settle between them', async () => {
    const time = createVirtualTime()
    const seen: string[] = []
    const at = (name: string, delay: number): void => {
      time.clock.setTimer(() => { void Promise.resolve().then(() => Promise.resolve()).then(() => { seen.push(`${name} settled`) }); seen.push(name) }, delay)
    }
    at('c', 20)
    at('a', 10)
    at('b', 10)
    await time.advance(15)
    expect(seen).toEqual(['a', 'a settled', 'b', 'b settled'])
    await time.advance(5)
    expect(seen.at(-1)).toBe('c settled')
    expect(time.elapsed()).toBe(20)
  })

  test('a cancelled timer does not fire and is not pending', async () => {
    const time = createVirtualTime()
    let fired = false
    const timer = time.clock.setTimer(() => { fired = true }, 10)
    timer.cancel()
    timer.cancel()
    expect(time.pending()).toBe(0)
    await time.advance(100)
    expect(fired).toBe(false)
  })

  test('the wall clock of a process jumps, what is monotonic does not, and no other clock with it', async () => {
    const time = createVirtualTime({ start: 1000 })
    const [jumping, other] = [time.process(), time.process()]
    jumping.jump(-400)
    await time.advance(50)
    expect([jumping.clock.now(), other.clock.now(), time.clock.now()]).toEqual([650, 1050, 1050])
    expect([jumping.clock.monotonic(), other.clock.monotonic()]).toEqual([50, 50])
  })

  test('the timers of a killed process never fire', async () => {
    const time = createVirtualTime()
    const process = time.process()
    let fired = 0
    process.clock.setTimer(() => { fired += 1 }, 10)
    time.clock.setTimer(() => { fired += 10 }, 10)
    process.kill()
    await time.advance(100)
    expect(fired).toBe(10)
  })

  test('until() gives up on what never comes', async () => {
    const time = createVirtualTime()
    await expect(time.until(new Promise(() => undefined), 1000)).rejects.toThrow('still waiting after 1000 ms')
  })
})

describe('seeded chance', () => {
  test('the same seed draws the same, another seed something else', () => {
    const drawn = (seed: string): number[] => { const random = createSeededRandom(seed); return Array.from({ length: 20 }, () => random.between(0, 1000)) }
    expect(drawn('a')).toEqual(drawn('a'))
    expect(drawn('a')).not.toEqual(drawn('b'))
  })

  test('noise depends on what it is for and not on what was drawn before', () => {
    const [one, two] = [createNoise('seed'), createNoise('seed')]
    one('something', 0, 9)
    expect(one('travel x', 0, 1000)).toBe(two('travel x', 0, 1000))
  })

  test('weights are kept', () => {
    const random = createSeededRandom('weights')
    const drawn = Array.from({ length: 4000 }, () => random.weighted({ often: 9, seldom: 1, never: 0 }))
    expect(drawn.filter((value) => value === 'never')).toEqual([])
    expect(drawn.filter((value) => value === 'seldom').length).toBeGreaterThan(300)
    expect(drawn.filter((value) => value === 'seldom').length).toBeLessThan(500)
  })
})
