// Seeded fault scripts over REST and stream together. `SLUICE_ALPACA_SEEDS=1000` runs more; `SLUICE_ALPACA_FROM=417 SLUICE_ALPACA_SEEDS=1` one again.
import { expect, test } from 'vitest'
import { ALL_FAULTS, Coverage, runFaultScript } from './fault-script.ts'

const SEEDS = Number(process.env['SLUICE_ALPACA_SEEDS'] ?? 100)
const FROM = Number(process.env['SLUICE_ALPACA_FROM'] ?? 1)
const AT_ONCE = 16
/** From so many on every fault and every outcome must have come up. */
const ENOUGH = 100

const STATUSES = ['pending_new', 'new', 'partially_filled', 'filled', 'pending_cancel', 'pending_replace', 'canceled', 'denied', 'rejected', 'expired', 'suspended', 'done_for_day', 'unknown']
const EVENTS = [
  'order_pending_new', 'order_accepted', 'order_partially_filled', 'order_filled', 'order_canceled', 'order_rejected', 'order_denied', 'order_expired', 'order_unknown', 'order_pending_cancel',
  'order_cancel_refused', 'order_pending_replace', 'order_replaced', 'order_replace_refused', 'order_suspended', 'position_changed',
]

test(`${SEEDS} seeds from ${FROM}: one order per intent, no fill lost or doubled, equal positions, no end undone`, async () => {
  const reached = new Coverage()
  const failed: string[] = []
  let next = FROM
  const work = async (): Promise<void> => {
    while (next < FROM + SEEDS) {
      const seed = next
      next += 1
      const violations = await runFaultScript(seed, reached).catch((error: unknown) => [`it could not be run: ${String(error)}`])
      if (violations.length > 0) failed.push(`seed ${seed}: ${violations.join('; ')}`)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  process.stdout.write(`${SEEDS} fault scripts, ${failed.length} with violations; reached:\n${reached.summary()}`)
  expect(failed, 'run one again with SLUICE_ALPACA_FROM=<seed> SLUICE_ALPACA_SEEDS=1').toEqual([])
  if (SEEDS < ENOUGH) return
  const missing = (group: string, names: readonly string[]): string[] => {
    const found = new Set(reached.of(group).map(([name]) => name))
    return names.filter((name) => !found.has(name)).map((name) => `${group} ${name}`)
  }
  const groups = [...Object.entries(ALL_FAULTS), ['status', STATUSES], ['event', EVENTS]] as const
  expect(groups.flatMap(([group, names]) => missing(group, names)), 'never reached').toEqual([])
}, 60_000 + SEEDS * 1000)
