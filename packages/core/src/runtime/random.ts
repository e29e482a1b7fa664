/** Where a generator stands; survives JSON. */
export type RandomState = readonly [number, number, number, number]

/** A seeded source of random numbers: the same seed or state always continues in the same way. Not for secrets. */
export interface Random {
  /** The next 32 bits as an integer from 0 to 2^32 - 1. */
  next(): number
  /** A number from 0 up to and not including 1, with 53 bits. */
  float(): number
  /** An integer from 0 up to and not including `range`. */
  integer(range: number): number
  /** Give it to `createRandom` to go on from here. */
  state(): RandomState
}

const WARM_UP = 12

/** Chris Doty-Humphrey's sfc32 (public domain): small, quick and free of known defects. */
export function createRandom(origin: string | RandomState): Random {
  let [a, b, c, counter] = typeof origin === 'string' ? stateOf(origin) : origin

  const next = (): number => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + result | 0
    return result >>> 0
  }
  const float = (): number => ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 0x20_0000_0000_0000

  if (typeof origin === 'string') for (let round = 0; round < WARM_UP; round += 1) next()
  return {
    next,
    float,
    integer: (range) => Math.floor(float() * range),
    state: () => [a >>> 0, b >>> 0, c >>> 0, counter >>> 0],
  }
}

function stateOf(seed: string): RandomState {
  return [hashText(`a${seed}`), hashText(`b${seed}`), hashText(`c${seed}`), 1]
}

/** Random numbers addressed by place instead of drawn in turn: the same coordinates always give the same number in [0, 1). */
export type Noise = (place: number, index?: number) => number

/** Numbers of one name are independent of those of another. Needs no state, so nothing has to be kept over a restart. */
export function createNoise(seed: string, name: string): Noise {
  const start = hashText(`${name}\u0000${seed}`)
  return (place, index = 0) => {
    const low = absorb(start, place >>> 0)
    const high = absorb(low, Math.floor(place / 0x1_0000_0000) >>> 0)
    return finish(absorb(high, index >>> 0)) / 0x1_0000_0000
  }
}

/** 32 well-mixed bits of a text. Not for secrets. */
export function hashText(text: string): number {
  let hash = text.length
  for (let index = 0; index < text.length; index += 1) hash = absorb(hash, text.charCodeAt(index))
  return finish(hash)
}

// MurmurHash3 (Austin Appleby, public domain): one round for each word, and its final mix.
function absorb(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51)
  mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
  const joined = hash ^ mixed
  return (Math.imul((joined << 13) | (joined >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
