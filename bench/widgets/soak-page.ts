import type { BenchResult } from '../harness.ts'
import { atLeast, atMost, median } from '../harness.ts'
import { buildPage, launch, measuresOf } from './drive.ts'

const PARTS = 15

/** The middle of a list of samples, in thirds. */
function growthOf(samples: readonly number[]): number {
  const third = Math.floor(samples.length / 3)
  return 100 * (median(samples.slice(-third)) / median(samples.slice(0, third)) - 1)
}

/** One page under everything at once for so many seconds: heap, nodes and listeners after a collection, fifteen times. */
export async function soak(seconds: number): Promise<BenchResult[]> {
  const page = await buildPage('soak.ts')
  const browser = await launch()
  try {
    const tab = await browser.newPage({ viewport: { width: 1100, height: 900 } })
    const failures: string[] = []
    tab.on('pageerror', ({ message }) => failures.push(message))
    const session = await tab.context().newCDPSession(tab)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await tab.goto(page.url)
    await tab.waitForFunction('globalThis.soakStart !== undefined')
    await tab.evaluate('soakStart()')
    const heap: number[] = []
    const nodes: number[] = []
    const listeners: number[] = []
    let rounds = 0
    // One part more, to warm up.
    for (let part = 0; part <= PARTS; part += 1) {
      rounds = await tab.evaluate<number>(`soakRun(${(1000 * seconds) / PARTS})`)
      for (let times = 0; times < 2; times += 1) await session.send('HeapProfiler.collectGarbage')
      const now = await measuresOf(session)
      const take = (name: string): number => now.get(name) ?? Number.NaN
      process.stderr.write(`${part}: ${(take('JSHeapUsedSize') / 1e6).toFixed(2)} MB, ${take('Nodes')} nodes, ${take('JSEventListeners')} listeners, ${rounds} rounds\n`)
      if (part === 0) continue
      heap.push(take('JSHeapUsedSize'))
      nodes.push(take('Nodes'))
      listeners.push(take('JSEventListeners'))
    }
    if (failures.length > 0) throw new Error(`the page failed: ${failures[0] ?? ''}`)
    return [
      atMost(`heap growth over ${seconds} s, last third beside the first`, growthOf(heap), 5, '%'),
      atMost('growth of nodes', growthOf(nodes), 5, '%'), atMost('growth of listeners', growthOf(listeners), 5, '%'),
      atMost('heap at the end', (heap.at(-1) ?? Number.NaN) / 1e6, 16, 'MB'),
      atLeast('rounds of everything a person does', rounds, seconds / 10, 'rounds'), atLeast('rows on the screen at the end', await tab.evaluate<number>('soakSeen()'), 5, 'rows'),
    ]
  } finally {
    await browser.close()
    await page.close()
  }
}
