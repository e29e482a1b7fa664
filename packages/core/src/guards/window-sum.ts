import type { Units } from '../order/decimal.ts'

/** How long a value counts and how finely its age is kept, in ms. */
export interface WindowLength {
  readonly window: number
  readonly width: number
}

/** What came within one width. */
interface Bucket {
  start: number
  value: Units
}

/** Buckets by age, oldest first, and their sum. */
interface Lane {
  buckets: Bucket[]
  total: Units
}

/** Sums over a sliding window, by name. A fold of what is added, changed in place. */
export type WindowSums = Map<string, Lane>

const BUCKETS = 60

/** A window of so many seconds, kept in a sixtieth of it. */
export function windowOf(seconds: number): WindowLength {
  return { window: seconds * 1000, width: (seconds * 1000) / BUCKETS }
}

/** A bucket counts until its last moment has left the window: rounding never forgets early. */
const counts = (bucket: Bucket, now: number, { window, width }: WindowLength): boolean => bucket.start + width > now - window

/** The sum of a name within the window before `now`. */
export function sumOf(sums: WindowSums, name: string, now: number, length: WindowLength): Units {
  const lane = sums.get(name)
  if (lane === undefined) return 0n
  let sum = lane.total
  for (const bucket of lane.buckets) {
    if (counts(bucket, now, length)) break
    sum -= bucket.value
  }
  return sum
}

/** Every name with something in the window. */
export function sumsNow(sums: WindowSums, now: number, length: WindowLength): { readonly name: string; readonly sum: Units }[] {
  return [...sums.keys()].flatMap((name) => {
    const sum = sumOf(sums, name, now, length)
    return sum > 0n ? [{ name, sum }] : []
  })
}

export function addTo(sums: WindowSums, name: string, value: Units, now: number, length: WindowLength): void {
  if (value <= 0n) return
  const lane = sums.get(name) ?? { buckets: [], total: 0n }
  sums.set(name, lane)
  const { buckets } = lane
  // Stamps from a clock that has been set back since count as of now, not for as long as it jumped.
  for (let index = buckets.length - 1; index >= 0 && (buckets[index] as Bucket).start > now; index -= 1) (buckets[index] as Bucket).start = now
  for (let oldest = buckets[0]; oldest !== undefined && !counts(oldest, now, length); oldest = buckets[0]) {
    lane.total -= oldest.value
    buckets.shift()
  }
  const last = buckets.at(-1)
  if (last !== undefined && now < last.start + length.width) last.value += value
  else buckets.push({ start: now, value })
  lane.total += value
}
