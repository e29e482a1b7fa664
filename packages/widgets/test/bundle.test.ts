import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'tsup'
import { expect, test } from 'vitest'
import { bundle } from '../tsup.config.ts'

const root = join(import.meta.dirname, '..')

/** What an entry weighs as it is published, or with lit left out. */
async function bundled(lit: boolean, code?: string): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'sluice-widgets-'))
  try {
    const entry = code === undefined ? join(root, 'src/define.ts') : join(outDir, 'entry.ts')
    if (code !== undefined) await writeFile(entry, code)
    await build({
      ...bundle, outDir, entry: { bundle: entry }, config: false, silent: true, sourcemap: false, tsconfig: join(root, 'tsconfig.json'),
      ...(!lit && { noExternal: [/^@sluice\//], external: [/^lit(?:\/|$)/] }),
      esbuildOptions: (options) => { options.conditions = ['@sluice/source'] },
    })
    return await readFile(join(outDir, 'bundle.js'), 'utf8')
  } finally {
    await rm(outDir, { recursive: true })
  }
}

const sizeOf = (text: string): number => gzipSync(text, { level: 9 }).length

test('the bundle is one small file that needs nothing else', async () => {
  const [whole, ours] = [await bundled(true), await bundled(false)]
  process.stdout.write(`@sluice/widgets bundle: ${sizeOf(whole)} bytes gzip, ${sizeOf(ours)} without lit\n`)
  expect(whole).not.toMatch(/\bimport\s*["'{*(]|\bfrom\s*["']/)
  expect(whole).toContain('sluice-trade-confirmation-modal')
  expect(whole).not.toMatch(/\beval\(|new Function\(|unsafeHTML/)
  expect(sizeOf(ours)).toBeLessThan(38_500)
})

/** Bytes, gzip, without lit: each element with everything it needs, and what other entries weigh. A limit that is reached is looked at. */
const limits = {
  'elements/sluice-provider.ts': 9500, 'elements/sluice-connection-status.ts': 13_500, 'elements/sluice-position-list.ts': 14_500, 'elements/sluice-risk-limits.ts': 14_500,
  'elements/sluice-order-ticket.ts': 15_500, 'elements/sluice-kill-switch.ts': 16_000, 'elements/sluice-trade-confirmation-modal.ts': 23_000, 'elements/sluice-order-execution-status.ts': 24_500,
  'feeds.ts': 3500, 'locales/de.ts': 6000, 'locales/fr.ts': 6000, 'locales/ja.ts': 6000, 'locales/ar.ts': 6000,
}

test('each entry by itself stays within its size', async () => {
  const sizes: Record<string, number> = {}
  for (const entry of Object.keys(limits)) sizes[entry] = sizeOf(await bundled(false, `export * from ${JSON.stringify(join(root, 'src', entry))}`))
  process.stdout.write(`${Object.entries(sizes).map(([entry, size]) => `${String(size).padStart(6)}  ${entry}`).join('\n')}\n`)
  expect(Object.entries(limits).filter(([entry, limit]) => (sizes[entry] ?? Number.MAX_SAFE_INTEGER) > limit)).toEqual([])
})
