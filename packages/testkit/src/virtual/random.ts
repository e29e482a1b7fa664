/** 32 well-mixed bits of a text (FNV-1a with a final mix). Not for secrets. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return (hash ^ (hash >>> 15)) >>> 0
}

/** Random numbers of one seed, drawn in turn. */
export interface SeededRandom {
  /** From 0 up to and not including 1. */
  next(): number
  /** A whole number, both ends included. */
  between(smallest: number, largest: number): number
  chance(share: number): boolean
  pick<Value>(values: readonly Value[]): Value
  /** One of the values, each as often as its weight says. */
  weighted<Value extends string>(weights: Readonly<Record<Value, number>>): Value
}

export function createSeededRandom(seed: string): SeededRandom {
  let state = hashOf(seed)
  // Mulberry32 (Tommy Ettinger, public domain).
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  return {
    next,
    between: (smallest, largest) => smallest + Math.floor(next() * (largest - smallest + 1)),
    chance: (share) => next() < share,
    pick: (values) => {
      if (values.length === 0) throw new RangeError('there is nothing to pick from')
      return values[Math.floor(next() * values.length)] as (typeof values)[number]
    },
    weighted: (weights) => {
      const entries = Object.entries(weights) as [keyof typeof weights, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [value, weight] of entries) {
        left -= weight
        if (left < 0) return value
      }
      return (entries.at(-1) as (typeof entries)[number])[0]
    },
  }
}

/**
 * A number addressed by what it is for, not drawn in turn: `of('travel', id)` is the same in every run of the seed, whatever
 * else happened before. So a run keeps its delays when the simulation leaves actions out to shrink it.
 */
export interface Noise {
  (name: string, smallest: number, largest: number): number
}

export function createNoise(seed: string): Noise {
  return (name, smallest, largest) => smallest + (hashOf(`${seed}\n${name}`) % (largest - smallest + 1))
}
