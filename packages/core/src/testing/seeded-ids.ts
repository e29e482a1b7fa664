import type { Ids } from '../runtime/ids.ts'
import { createRandom } from '../runtime/random.ts'

/** Ids in the form of UUID version 7 that are the same in every run and sort in the order they were made. */
export function seededIds(seed: string): Ids {
  const random = createRandom(seed)
  let count = 0
  const hexadecimal = (digits: number): string => random.integer(16 ** digits).toString(16).padStart(digits, '0')
  return {
    next: () => {
      count += 1
      const time = count.toString(16).padStart(12, '0')
      return `${time.slice(0, 8)}-${time.slice(8)}-7${hexadecimal(3)}-8${hexadecimal(3)}-${hexadecimal(12)}`
    },
  }
}
