import { describe, expect, it } from 'vitest'
import { runFailovers } from './run-failovers.ts'

const COUNT = Number(process.env['SLUICE_FAILOVERS'] ?? 200)

describe('three processes that are killed, paused, cut off and deafened, and whose server is killed', () => {
  it(`lose no order, double none, write nothing under an old epoch and nothing out of order, in ${COUNT} changes of owner`, { timeout: 3_600_000 }, async (context) => {
    const seed = Number(process.env['SLUICE_SEED'] ?? 11)
    const report = await runFailovers({ failovers: COUNT, seed })
    if (report === undefined) {
      context.skip('no PostgreSQL was found; set PG_URL')
      return
    }
    process.stdout.write(`seed ${seed}: ${report.failovers} failovers by ${JSON.stringify(report.faults)}, ${report.failedStarts} failed starts, ${report.orders} orders, ${report.seconds.toFixed(0)} s\n`)
    expect(report.violations).toEqual([])
    expect(report.failovers).toBeGreaterThanOrEqual(COUNT)
    expect(report.acknowledged).toBeGreaterThan(COUNT)
  })
})
