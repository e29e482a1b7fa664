/** Counts what each holder has open. */
export interface ConnectionLimit {
  /** Takes a place and returns how to give it back (once), or undefined when the holder has as many as it may. */
  enter(holder: string): (() => void) | undefined
}

export function createConnectionLimit(maximum: number): ConnectionLimit {
  const counts = new Map<string, number>()
  return {
    enter: (holder) => {
      const count = counts.get(holder) ?? 0
      if (count >= maximum) return undefined
      counts.set(holder, count + 1)
      let held = true
      return () => {
        if (!held) return
        held = false
        const left = (counts.get(holder) ?? 1) - 1
        if (left === 0) counts.delete(holder)
        else counts.set(holder, left)
      }
    },
  }
}
