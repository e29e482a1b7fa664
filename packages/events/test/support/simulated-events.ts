import type { Journal, StoredEvent } from '@sluice/core'
import { planOf, runPlan } from '@sluice/testkit/simulation'

/** Everything that services made durable in simulated runs among faults. */
export async function simulatedEvents(seeds: number): Promise<readonly StoredEvent[]> {
  const events: StoredEvent[] = []
  const recording = (inner: Journal): Journal => new Proxy(inner, {
    get: (target, name) => {
      if (name !== 'append') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      }
      const append: Journal['append'] = async (lease, batch) => {
        events.push(...batch.events)
        return target.append(lease, batch)
      }
      return append
    },
  })
  for (let seed = 1; seed <= seeds; seed += 1) await runPlan(planOf(String(seed)), { journal: recording })
  return events
}
