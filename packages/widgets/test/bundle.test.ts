import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'tsup'
import { expect, test } from 'vitest'
import { bundle } from '../tsup.config.ts'

const root = join(import.meta.dirname, '..')

/** The bundle as it is published, or with lit left out. */
async function bundled(lit: boolean): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'sluice-widgets-'))
  try {
    await build({
      ...bundle, outDir, entry: { bundle: join(root, 'src/define.ts') }, config: false, silent: true, sourcemap: false, tsconfig: join(root, 'tsconfig.json'),
      ...(!lit && { noExternal: [/^@sluice\//], external: [/^lit(?:\/|$)/] }),
      esbuildOptions: (options) => { options.conditions = ['@sluice/source'] },
    })
    return await readFile(join(outDir, 'bundle.js'), 'utf8')
  } finally {
    await rm(outDir, { recursive: true })
  }
}

test('the bundle is one small file that needs nothing else', async () => {
  const [whole, ours] = [await bundled(true), await bundled(false)]
  const [wholeSize, ourSize] = [whole, ours].map((text) => gzipSync(text, { level: 9 }).length)
  process.stdout.write(`@sluice/widgets bundle: ${wholeSize} bytes gzip, ${ourSize} without lit\n`)
  expect(whole).not.toMatch(/\bimport\s*["'{*(]|\bfrom\s*["']/)
  expect(whole).toContain('sluice-trade-confirmation-modal')
  expect(whole).not.toMatch(/\beval\(|new Function\(|unsafeHTML/)
  expect(ourSize).toBeLessThan(40_000)
})
