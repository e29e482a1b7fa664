interface Entry<Value> {
  readonly time: number
  readonly rank: number
  readonly value: Value
}

/** Values by time; those of one time by rank. A binary heap: pushing and taking cost O(log n). */
export interface DueQueue<Value> {
  push(time: number, rank: number, value: Value): void
  /** The time of the next value; `Infinity` when there is none. */
  nextTime(): number
  take(): { readonly time: number; readonly value: Value } | undefined
}

export function createDueQueue<Value>(): DueQueue<Value> {
  const heap: Entry<Value>[] = []

  const isBefore = (left: Entry<Value>, right: Entry<Value>): boolean => left.time < right.time || (left.time === right.time && left.rank < right.rank)
  const at = (index: number): Entry<Value> => heap[index] as Entry<Value>

  const rise = (entry: Entry<Value>): void => {
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, at(parent))) break
      heap[index] = at(parent)
      index = parent
    }
    heap[index] = entry
  }
  const sink = (entry: Entry<Value>): void => {
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(at(child + 1), at(child))) child += 1
      if (!isBefore(at(child), entry)) break
      heap[index] = at(child)
      index = child
    }
    heap[index] = entry
  }
  return {
    push: (time, rank, value) => { rise({ time, rank, value }) },
    nextTime: () => heap[0]?.time ?? Number.POSITIVE_INFINITY,
    take: () => {
      const first = heap[0]
      const last = heap.pop()
      if (last !== undefined && heap.length > 0) sink(last)
      return first
    },
  }
}
