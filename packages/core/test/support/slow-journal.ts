import type { Journal } from '../../src/journal/journal.ts'
import { type Clock, sleep } from '../../src/runtime/clock.ts'

/** A journal whose appends take their time to become durable. */
export function slowJournal(inner: Journal, clock: Clock, delay: () => number): Journal {
  return {
    ...inner,
    append: async (lease, batch) => {
      const appended = inner.append(lease, batch)
      await sleep(clock, delay())
      return appended
    },
  }
}

/** A journal whose appends do as `mode` says: work, fail, or never answer. */
export function fickleJournal(inner: Journal): Journal & { mode: 'works' | 'fails' | 'hangs' } {
  const journal: Journal & { mode: 'works' | 'fails' | 'hangs' } = {
    ...inner,
    mode: 'works',
    append: (lease, batch) => {
      if (journal.mode === 'works') return inner.append(lease, batch)
      return journal.mode === 'fails' ? Promise.reject(new Error('disk full')) : new Promise(() => undefined)
    },
  }
  return journal
}
