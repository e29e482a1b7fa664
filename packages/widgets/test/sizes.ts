import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as buildPackage } from 'tsup'
import { build, defaultClientConditions, type Plugin, type Rolldown } from 'vite'
import { library } from '../tsup.config.ts'

const root = join(import.meta.dirname, '..')

const fetchesChunks: Plugin = {
  name: 'fetches-chunks',
  enforce: 'pre',
  // How a chunk is fetched is the application's own, once: its bytes are not ours.
  load: (id) => (id.includes('vite/preload-helper') ? 'export const __vitePreload = (load) => load()' : undefined),
}

export interface Sizes {
  /** What is loaded before anybody does anything. */
  readonly initial: number
  readonly everything: number
}

/** Builds the package as it is published. `folder` is in reach of its dependencies. */
export async function publishInto(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await cp(join(root, 'package.json'), join(folder, 'package.json'))
  await buildPackage({ ...library, entry: [join(root, 'src/**/*.ts'), `!${join(root, 'src/**/*.test.ts')}`], outDir: join(folder, 'dist'), config: false, silent: true, sourcemap: false, tsconfig: join(root, 'tsconfig.json') })
}

/** Bytes, gzip, of an application that is nothing but these lines, as its own build makes it; lit left out. */
export async function sizesOf(folder: string, lines: string): Promise<Sizes> {
  const input = join(folder, 'app.js')
  await writeFile(input, lines)
  const published = (file: string): string => join(folder, 'dist', file)
  const alias = [
    { find: /^@sluice\/widgets$/, replacement: published('index.js') },
    { find: /^@sluice\/widgets\//, replacement: `${published('')}/` },
  ]
  const result = (await build({
    configFile: false, logLevel: 'error', root: folder, resolve: { alias, conditions: ['@sluice/source', ...defaultClientConditions] }, plugins: [fetchesChunks],
    build: { target: 'es2023', write: false, modulePreload: false, rollupOptions: { input, external: [/^lit(?:\/|$)/], preserveEntrySignatures: 'allow-extension' } },
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
