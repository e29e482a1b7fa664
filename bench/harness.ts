/** One measured figure beside what it should be. */
export interface BenchResult {
  readonly name: string
  readonly value: number
  /** For example `us`, `ms`, `orders/s`, `x` for a ratio in one run. */
  readonly unit: string
  /** The target as DESIGN.md §9 says it, for example `<= 10`. */
  readonly target: string
  readonly ok: boolean
}

/** What a file `bench/NAME.bench.ts` exports. */
export interface Bench {
  /** `size`: what follows the name on the command line, where the bench can be made smaller or larger. */
  run(size?: readonly string[]): Promise<BenchResult[]>
}

/** A figure that must not be above its target. */
export function atMost(name: string, value: number, target: number, unit: string): BenchResult {
  return { name, value: rounded(value), unit, target: `<= ${target}`, ok: value <= target }
}

/** A figure that must not be below its target. */
export function atLeast(name: string, value: number, target: number, unit: string): BenchResult {
  return { name, value: rounded(value), unit, target: `>= ${target}`, ok: value >= target }
}

/** The value that a share of the samples does not exceed: `percentile(samples, 0.99)` is p99. */
export function percentile(samples: Iterable<number>, share: number): number {
  const sorted = Float64Array.from(samples).toSorted()
  const index = Math.ceil(share * sorted.length) - 1
  return sorted[Math.min(Math.max(index, 0), sorted.length - 1)] ?? Number.NaN
}

export function median(samples: Iterable<number>): number {
  return percentile(samples, 0.5)
}

/** Microseconds of each call, after a warm-up that lets the engine compile. */
export function microsecondsOf(work: (index: number) => void, count: number, warmUp: number = Math.ceil(count / 5)): Float64Array {
  for (let index = 0; index < warmUp; index += 1) work(index)
  const samples = new Float64Array(count)
  for (let index = 0; index < count; index += 1) {
    const start = performance.now()
    work(warmUp + index)
    samples[index] = (performance.now() - start) * 1000
  }
  return samples
}

/** Arithmetic that allocates nothing and waits for nothing. */
function compute(rounds: number): number {
  let value = 1
  for (let round = 0; round < rounds; round += 1) value = (value * 31 + round) | 0
  return value
}

/**
 * Microseconds of pieces of bare arithmetic, each about as long as `length` microseconds. Beyond its length a piece shows only what
 * the machine itself takes away: no code on it can have a better tail.
 */
function machineOf(length: number, count: number): Float64Array {
  const trial = 100_000
  const rounds = Math.max(1, Math.round((length * trial) / median(microsecondsOf(() => compute(trial), 50))))
  return microsecondsOf(() => compute(rounds), count)
}

/** The tail of the machine itself, beside the tail of what was measured on it. */
export function machineRow(samples: Float64Array, share: number, name: string): BenchResult {
  const machine = machineOf(median(samples), samples.length)
  return { name: `bare arithmetic of the same length, ${name}`, value: rounded(percentile(machine, share)), unit: 'us', target: 'shown', ok: true }
}

/** CPU seconds of this process while `work` ran: steadier than wall time on a shared machine. */
export async function cpuSecondsOf(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

/** Four significant digits: more is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
