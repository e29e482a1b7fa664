import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Manifest {
  readonly name?: string
  readonly type?: string
  readonly private?: boolean
  readonly sideEffects?: unknown
  readonly license?: string
  readonly description?: string
  readonly files?: readonly string[]
  readonly engines?: { readonly node?: string }
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** What a package of `packages/` must have besides its sources. Each problem is one line. */
export function manifestProblems(root: string, folder: string): string[] {
  const path = `packages/${folder}/package.json`
  if (!existsSync(join(root, path))) return [`${path} is missing`]
  const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as Manifest
  const expected: readonly (readonly [boolean, string])[] = [
    [manifest.name === `@sluice/${folder}`, `name must be @sluice/${folder}, as its folder`],
    [manifest.type === 'module', 'type must be module'],
    [manifest.license === 'MIT', 'license must be MIT'],
    [(manifest.description ?? '') !== '', 'description is missing'],
    [manifest.sideEffects !== undefined, 'sideEffects must be said'],
    [manifest.engines?.node === '>=22.18', 'engines.node must be >=22.18'],
    [manifest.files?.[0] === 'dist', 'files must start with dist'],
    [manifest.exports?.['./package.json'] === './package.json', 'exports must have ./package.json'],
    [existsSync(join(root, `packages/${folder}/tsup.config.ts`)), 'tsup.config.ts is missing'],
    [isReferenced(root, folder), `tsconfig.json at the root must reference packages/${folder}`],
  ]
  const missing = expected.filter(([holds]) => !holds).map(([, message]) => message)
  return [...missing, ...exportProblems(root, folder, manifest), ...directionProblems(folder, manifest)].map(
    (message) => `${path}: ${message}`,
  )
}

function isReferenced(root: string, folder: string): boolean {
  const { references } = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')) as { references: { path: string }[] }
  return references.some(({ path }) => path === `packages/${folder}`)
}

function exportProblems(root: string, folder: string, manifest: Manifest): string[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([name, target]) => {
    if (typeof target === 'string') return []
    if (Object.keys(target).at(-1) !== 'default') return [`exports ${name}: default must come last`]
    if (target['types'] === undefined) return [`exports ${name}: types is missing`]
    const source = target['@sluice/source']
    if (source === undefined) return []
    if (!existsSync(join(root, 'packages', folder, source))) return [`exports ${name}: ${source} does not exist`]
    const built = source.replace('./src/', './dist/').replace(/\.ts$/, '.js')
    return target['default'] === built ? [] : [`exports ${name}: default must be ${built}, where tsup puts ${source}`]
  })
}

/** The runtime edges between packages: the same direction as the imports. */
function directionProblems(folder: string, manifest: Manifest): string[] {
  const siblings = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) => name.startsWith('@sluice/'))
  const allowed = folder === 'core' ? [] : ['@sluice/core', ...(folder === 'widgets' ? ['@sluice/http'] : []), ...(folder === 'cli' ? ['@sluice/journal-postgres'] : [])]
  return siblings.filter((name) => !allowed.includes(name)).map((name) => `may not depend on ${name}`)
}
