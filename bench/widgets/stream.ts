/** The same stream for every contestant: which order gets how much filled, drawn from a seed. */
interface Update {
  readonly index: number
  /** Grows for ever: no order is ever done. */
  readonly filled: number
  readonly price: string
}

export const ROWS = 10_000
export const SYMBOLS = ['AAPL', 'MSFT', 'NVDA', 'TSLA', 'AMZN', 'META', 'GOOG', 'AMD']
export const timeAt = (offset: number): string => new Date(Date.UTC(2026, 10, 23, 14, 0, 0) + offset).toISOString()

/** Every second order is finished, so that a filter for open ones has something to do. */
export const isOpen = (index: number): boolean => index % 2 === 0

function createStream(): (count: number) => Update[] {
  let state = 0x9e37_79b9
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
  const filled = new Float64Array(ROWS)
  return (count) => Array.from({ length: count }, () => {
    const index = (next() % (ROWS / 2)) * 2
    filled[index] = (filled[index] ?? 0) + 1 + (next() % 9)
    return { index, filled: filled[index] ?? 0, price: `${100 + (next() % 400)}.${10 + (next() % 90)}` }
  })
}

/** What the driver asks a page for. */
export interface Contestant {
  /** Resolves when the rows are on the screen. */
  readonly start: (arranged: boolean) => Promise<void>
  readonly push: (updates: readonly Update[]) => void
  /** Some text that a person sees, to show that something is drawn. */
  readonly seen: () => string
}

/** Runs a number of frames with so many updates each, and says how long they took, in milliseconds. */
export function expose(contestant: Contestant): void {
  const stream = createStream()
  const frame = (): Promise<number> => new Promise((resolve) => { requestAnimationFrame(resolve) })
  Object.assign(globalThis, {
    benchStart: contestant.start,
    benchSeen: contestant.seen,
    benchRun: async (frames: number, each: number): Promise<number> => {
      const begun = await frame()
      for (let done = 0; done < frames; done += 1) {
        contestant.push(stream(each))
        await frame()
      }
      return performance.now() - begun
    },
  })
}
