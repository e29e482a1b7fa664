// The log of orders under 10 000 and 100 000 updates a second, beside AG Grid on the same stream: main-thread CPU per frame, heap, size.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { atLeast, atMost, type BenchResult, median } from './harness.ts'
import { soak } from './widgets/soak-page.ts'
import { type Built, buildPage, type Cost, launch, measure } from './widgets/drive.ts'

const FRAMES = 180
const ROUNDS = 3
const RATES = { '10 000': 167, '100 000': 1667 } as const
const modules = join(import.meta.dirname, 'peers/node_modules')

interface Contender { readonly name: string; readonly page: Built }

/** A figure of a peer: it has no target. */
function told(name: string, value: number, unit: string): BenchResult {
  return { name, value: Number(value.toPrecision(4)), unit, target: '', ok: true }
}

/** Rounds alternate between contenders, so that a busy moment hits all of them. */
async function compare(contenders: readonly Contender[], perFrame: number, arranged: boolean, frames: number): Promise<Map<string, Cost>> {
  const browser = await launch()
  const samples = new Map(contenders.map(({ name }) => [name, [] as Cost[]]))
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const { name, page } of contenders) samples.get(name)?.push(await measure(browser, page.url, { arranged, perFrame, frames }))
    }
  } finally {
    await browser.close()
  }
  return new Map([...samples].map(([name, costs]) => [name, {
    mainPerFrame: median(costs.map((cost) => cost.mainPerFrame)), heap: median(costs.map((cost) => cost.heap)), framesPerSecond: median(costs.map((cost) => cost.framesPerSecond)),
  }]))
}

/** `size`: how many frames each run has; or `soak` and for how many seconds, 300 by default: one page under everything at once, in which nothing may grow. */
export async function run(size: readonly string[] = []): Promise<BenchResult[]> {
  if (size[0] === 'soak') return soak(Number(size[1] ?? 300))
  const frames = Number(size[0] ?? FRAMES)
  const contenders: Contender[] = [{ name: 'ours', page: await buildPage('ours.ts') }]
  if (existsSync(join(modules, 'ag-grid-community'))) contenders.push({ name: 'AG Grid', page: await buildPage('../peers/widgets/ag-grid.mjs') })
  else process.stderr.write('AG Grid is left out: `pnpm bench peers` installs it.\n')
  const results: BenchResult[] = []
  try {
    for (const [rate, perFrame] of Object.entries(RATES)) {
      for (const arranged of [false, true]) {
        const costs = await compare(contenders, perFrame, arranged, frames)
        const what = `${rate}/s${arranged ? ', sorted and filtered' : ''}`
        const [ours, grid] = [costs.get('ours'), costs.get('AG Grid')]
        if (ours === undefined) continue
        results.push(atMost(`main thread, ${what}`, ours.mainPerFrame, perFrame < 1000 ? 3 : 8, 'ms/frame'), atMost(`heap, ${what}`, ours.heap, 8, 'MB'))
        if (grid === undefined) continue
        results.push(
          told(`  AG Grid, ${what}`, grid.mainPerFrame, 'ms/frame'), told(`  AG Grid heap, ${what}`, grid.heap, 'MB'),
          atLeast(`cheaper than AG Grid, ${what}`, grid.mainPerFrame / ours.mainPerFrame, 1.3, 'x'),
        )
      }
    }
    for (const { name, page } of contenders) results.push(told(`whole page of ${name}, gzip`, page.gzip / 1000, 'kB'))
  } finally {
    for (const { page } of contenders) await page.close()
  }
  return results
}
