// `pnpm bench NAME [SIZE] [--json]` runs bench/NAME.bench.ts; without a name it lists what there is.
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import type { Bench } from '../bench/harness.ts'
import { tableOf } from '../bench/table.ts'

const folder = join(import.meta.dirname, '../bench')
const names = globSync('*.bench.ts', { cwd: folder }).map((file) => file.replace(/\.bench\.ts$/, '')).toSorted()
const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean', default: false } } })
const [name, ...size] = positionals

if (name === undefined) {
  console.log(names.length === 0 ? 'No benches yet.' : `pnpm bench NAME [SIZE] [--json], where NAME is one of: ${names.join(', ')}`)
} else if (names.includes(name)) {
  const bench = (await import(pathToFileURL(join(folder, `${name}.bench.ts`)).href)) as Bench
  const results = await bench.run(size)
  console.log(tableOf(results))
  if (values.json) console.log(JSON.stringify(results))
} else {
  console.error(`There is no bench "${name}". There are: ${names.join(', ') || 'none'}`)
  process.exitCode = 1
}
