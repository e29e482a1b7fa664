import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, stop } from 'esbuild'

export interface PageFile {
  readonly type: string
  readonly body: string
}

const folder = join(import.meta.dirname, 'page')
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

/** The files of the page by path. The two scripts are bundled from their sources here and now: nothing has to be built before. */
export async function loadPage(): Promise<ReadonlyMap<string, PageFile>> {
  const { outputFiles } = await build({
    entryPoints: { 'sluice-widgets': fileURLToPath(import.meta.resolve('@sluice/widgets/define.js')), desk: join(folder, 'desk.ts') },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['@sluice/source'],
    outdir: folder,
    write: false,
  })
  await stop()
  const script = (name: string): PageFile => {
    const file = outputFiles.find(({ path }) => path === join(folder, name))
    if (file === undefined) throw new Error(`esbuild made no ${name}`)
    return { type: 'text/javascript', body: file.text }
  }
  return new Map([
    ['/', { type: 'text/html', body: read('index.html') }],
    ['/desk.css', { type: 'text/css', body: read('desk.css') }],
    ['/desk.svg', { type: 'image/svg+xml', body: read('desk.svg') }],
    ['/desk.js', script('desk.js')],
    ['/sluice-widgets.js', script('sluice-widgets.js')],
  ])
}
