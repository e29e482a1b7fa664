import { gzipSync } from 'node:zlib'
import { build, defaultClientConditions, type Plugin, type Rolldown } from 'vite'
import { squeezed } from '../squeeze-templates.ts'

const asShipped: Plugin = {
  name: 'as-shipped',
  enforce: 'pre',
  load: async (id) => {
    // How a chunk is fetched is the application's own, once: its bytes are not ours.
    if (id.includes('vite/preload-helper')) return 'export const __vitePreload = (load) => load()'
    return /[\\/]widgets[\\/]src[\\/].*\.ts$/.test(id) ? squeezed(id) : undefined
  },
}

export interface Sizes {
  /** What is loaded before anybody does anything. */
  readonly initial: number
  readonly everything: number
}

/** Bytes, gzip, of an entry as an application's own build makes it, lit left out. */
export async function sizesOf(entry: string): Promise<Sizes> {
  const result = (await build({
    configFile: false, logLevel: 'error', resolve: { conditions: ['@sluice/source', ...defaultClientConditions] }, plugins: [asShipped],
    build: { target: 'es2023', write: false, modulePreload: false, rollupOptions: { input: entry, external: [/^lit(?:\/|$)/], preserveEntrySignatures: 'allow-extension' } },
  })) as Rolldown.RolldownOutput
  const chunks = result.output.filter((output) => output.type === 'chunk')
  const initial = new Set<string>()
  const visit = (name: string): void => {
    const chunk = chunks.find(({ fileName }) => fileName === name)
    if (chunk === undefined || initial.has(name)) return
    initial.add(name)
    for (const next of chunk.imports) visit(next)
  }
  for (const { fileName, isEntry } of chunks) if (isEntry) visit(fileName)
  const sum = (some: typeof chunks): number => some.reduce((bytes, { code }) => bytes + gzipSync(code, { level: 9 }).length, 0)
  return { initial: sum(chunks.filter(({ fileName }) => initial.has(fileName))), everything: sum(chunks) }
}
