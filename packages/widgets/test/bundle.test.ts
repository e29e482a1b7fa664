import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'tsup'
import { expect, test } from 'vitest'
import { bundle } from '../tsup.config.ts'
import { publishInto, sizesOf } from './sizes.ts'

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
    expect(size).toBeLessThan(48_150)
  } finally {
    await rm(outDir, { recursive: true })
  }
})

const alone = (name: string): string => `import { ${name} } from '@sluice/widgets'\ncustomElements.define('an-element', ${name})`

/**
 * Bytes, gzip, without lit, of applications built from the published package: what is loaded before anybody does anything, and
 * with all that may be loaded later. A limit that is reached is looked at.
 */
const limits: readonly (readonly [lines: string, initial: number, everything: number])[] = [
  [`import '@sluice/widgets/define.js'`, 27_600, 43_750],
  [alone('SluiceProvider'), 9000, 9000],
  [alone('SluiceConnectionStatus'), 13_250, 13_250],
  [alone('SluicePositionList'), 14_400, 14_400],
  [alone('SluiceRiskLimits'), 15_050, 15_050],
  [alone('SluiceOrderTicket'), 16_550, 16_550],
  [alone('SluiceKillSwitch'), 15_150, 16_400],
  [alone('SluiceTradeConfirmationModal'), 13_250, 23_450],
  [alone('SluiceOrderExecutionStatus'), 20_900, 26_850],
  [`import * as feeds from '@sluice/widgets/feeds.js'\nconsole.log(feeds)`, 2100, 2100],
  ...[['de', 1850, 5500], ['fr', 1900, 5600], ['ja', 2100, 5900], ['ar', 2100, 5900]].map(([tag, initial, everything]) => [`import '@sluice/widgets/locales/${tag}.js'`, Number(initial), Number(everything)] as const),
]

test('an application gets what it names and no more', async () => {
  const folder = join(root, 'node_modules/.cache', `sizes-${process.pid}`)
  try {
    await publishInto(folder)
    const over: string[] = []
    for (const [lines, mostFirst, mostEver] of limits) {
      const { initial, everything } = await sizesOf(folder, lines)
      process.stdout.write(`${String(initial).padStart(6)} ${String(everything).padStart(6)}  ${lines.split('\n')[0]}\n`)
      if (initial > mostFirst || everything > mostEver) over.push(`${lines}: ${initial}, ${everything}`)
    }
    expect(over).toEqual([])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
