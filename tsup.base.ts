import { readFileSync } from 'node:fs'
import type { Options } from 'tsup'

type Target = string | Readonly<Record<string, string>>

/** Every entry and worker that the manifest names has its source under this condition. */
const source = '@sluice/source'

/**
 * The build of a published package: one file for each entry of its package.json, named as the manifest says. Types come
 * from `tsc`, because tsup's own need a compiler API that TypeScript 7 does not have.
 */
export function libraryOf(packageFolder: string): Options {
  const text = readFileSync(`${packageFolder}/package.json`, 'utf8')
  const { exports = {}, imports = {} } = JSON.parse(text) as Record<'exports' | 'imports', Record<string, Target> | undefined>
  const targets = [...Object.values(exports), ...Object.values(imports)].filter((target) => typeof target !== 'string')
  const entries = targets.flatMap((target) => {
    const [from, to] = [target[source], target['default']]
    return from === undefined || to === undefined ? [] : [[to.replace(/^\.\/dist\/|\.js$/g, ''), from] as const]
  })
  return {
    entry: Object.fromEntries(entries),
    format: 'esm',
    target: 'es2023',
    // Neutral, so that nothing of a platform is assumed; what names `node:` by itself is meant for Node and left as it is.
    platform: 'neutral',
    external: [/^node:/],
    dts: false,
    sourcemap: true,
    splitting: true,
    // `tsc -b` writes its declarations into the same folder and must not lose them.
    clean: ['!**/*.d.ts', '!**/*.d.ts.map'],
    // Without the prefix `node:sqlite` is no module.
    removeNodeProtocol: false,
  }
}
