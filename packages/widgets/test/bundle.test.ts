import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'tsup'
import { expect, test } from 'vitest'
import { bundle } from '../tsup.config.ts'
import { sizesOf } from './sizes.ts'

const root = join(import.meta.dirname, '..')

test('the bundle is one small file that needs nothing else', async () => {
  const outDir = await mkdtemp(join(tmpdir(), 'sluice-widgets-'))
  try {
    await build({ ...bundle, outDir, config: false, silent: true, sourcemap: false, tsconfig: join(root, 'tsconfig.json'), entry: { bundle: join(root, 'src/define.ts') }, esbuildOptions: (options) => { options.conditions = ['@sluice/source'] } })
    const whole = await readFile(join(outDir, 'bundle.js'), 'utf8')
    const size = gzipSync(whole, { level: 9 }).length
    process.stdout.write(`@sluice/widgets/bundle, one file with lit: ${size} bytes gzip\n`)
    expect(whole).not.toMatch(/\bimport\s*["'{*(]|\bfrom\s*["']/)
    expect(whole).toContain('sluice-trade-confirmation-modal')
    expect(whole).not.toMatch(/\beval\(|new Function\(|unsafeHTML/)
    expect(size).toBeLessThan(48_400)
  } finally {
    await rm(outDir, { recursive: true })
  }
})

/**
 * Bytes, gzip, without lit, as an application's own build makes them: what an entry loads before anybody does anything, and
 * with all that it may load later. A limit that is reached is looked at.
 */
const limits: Readonly<Record<string, readonly [initial: number, everything: number]>> = {
  'define.ts': [28_450, 44_650],
  'elements/sluice-provider.ts': [8700, 8700], 'elements/sluice-connection-status.ts': [13_100, 13_100], 'elements/sluice-position-list.ts': [14_200, 14_200], 'elements/sluice-risk-limits.ts': [14_850, 14_850],
  'elements/sluice-order-ticket.ts': [16_500, 16_500], 'elements/sluice-kill-switch.ts': [14_950, 16_200], 'elements/sluice-trade-confirmation-modal.ts': [13_150, 23_350], 'elements/sluice-order-execution-status.ts': [20_750, 26_750],
  'feeds.ts': [2050, 2050], 'locales/de.ts': [1850, 5500], 'locales/fr.ts': [1900, 5600], 'locales/ja.ts': [2100, 5900], 'locales/ar.ts': [2100, 5900],
}

test('each entry stays within its size', async () => {
  const over: string[] = []
  for (const [entry, [mostFirst, mostEver]] of Object.entries(limits)) {
    const { initial, everything } = await sizesOf(join(root, 'src', entry))
    process.stdout.write(`${String(initial).padStart(6)} ${String(everything).padStart(6)}  ${entry}\n`)
    if (initial > mostFirst || everything > mostEver) over.push(`${entry}: ${initial}, ${everything}`)
  }
  expect(over).toEqual([])
})
