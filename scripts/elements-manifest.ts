// Writes packages/widgets/custom-elements.json from the sources: `pnpm docs:elements`. Fails when anything public is not described.
import { execFileSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'

const root = join(import.meta.dirname, '../packages/widgets')
const target = join(root, 'custom-elements.json')

interface Item { name?: string; description?: string; privacy?: string; kind?: string; static?: boolean; inheritedFrom?: object; fieldName?: string }
interface Declaration extends Item {
  name: string
  tagName?: string; customElement?: boolean; superclass?: { name: string }
  members?: Item[]; attributes?: Item[]; events?: Item[]; slots?: Item[]; cssParts?: Item[]; cssProperties?: Item[]; cssStates?: Item[]
}
interface Manifest { schemaVersion: string; readme: string; modules: { path: string; declarations: Declaration[]; exports: object[] }[] }

const LISTS = ['members', 'attributes', 'events', 'slots', 'cssParts', 'cssProperties', 'cssStates'] as const

function analyse(): Manifest {
  const folder = mkdtempSync(join(root, '.manifest-'))
  const packageFile = join(root, 'package.json')
  const before = readFileSync(packageFile, 'utf8')
  try {
    const analyser = join(root, 'node_modules/.bin/cem')
    execFileSync(analyser, ['analyze', '--globs', 'src/elements/*.ts', '--exclude', '**/*.test.ts', '--litelement', '--quiet', '--outdir', relative(root, folder)], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
    return JSON.parse(readFileSync(join(folder, 'custom-elements.json'), 'utf8')) as Manifest
  } finally {
    // The analyser writes where its own output lies into the manifest of the package.
    if (readFileSync(packageFile, 'utf8') !== before) writeFileSync(packageFile, before)
    rmSync(folder, { recursive: true })
  }
}

/** What a page can use: nothing private, nothing of the framework. */
function isPublic({ name = '', privacy, static: isStatic }: Item): boolean {
  return !name.startsWith('#') && privacy !== 'private' && privacy !== 'protected' && isStatic !== true
    && !/^(?:render|updated|willUpdate|styles|properties|connectedCallback|disconnectedCallback|constructor)$/.test(name)
}

/** Each element with all it has, what every widget has included. */
function elementsOf(manifest: Manifest): Manifest {
  const base = manifest.modules.flatMap(({ declarations }) => declarations).find(({ name }) => name === 'StoreElement')
  const modules = manifest.modules.flatMap((module) => {
    const declarations = module.declarations.filter(({ name }) => name.startsWith('Sluice')).map((declaration) => {
      const whole: Declaration = { ...declaration, customElement: true, tagName: module.path.replace(/^.*\/|\.ts$/g, '') }
      for (const list of LISTS) {
        const own = (declaration[list] ?? []).filter(isPublic)
        const inherited = declaration.superclass?.name === 'StoreElement' ? (base?.[list] ?? []).filter((item) => isPublic(item) && !own.some(({ name }) => name === item.name)) : []
        // What is dispatched without a literal name the analyser lists without one; JSDoc names every event.
        whole[list] = [...own, ...inherited].filter(({ name = '' }) => list !== 'events' || name.startsWith('sluice-'))
      }
      return whole
    })
    return declarations.length === 0 ? [] : [{ ...module, path: module.path.replace(/^src/, 'dist').replace(/\.ts$/, '.js'), declarations }]
  })
  return { ...manifest, modules }
}

/** All texts that a pattern finds in the sources. */
function used(pattern: RegExp): Set<string> {
  const files = globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
  return new Set(files.flatMap((file) => [...readFileSync(join(root, file), 'utf8').replaceAll(/^ ?\/?\*.*$/gm, '').matchAll(pattern)].map(([, text]) => text ?? '')))
}

function problemsOf(manifest: Manifest): string[] {
  const problems: string[] = []
  const elements = manifest.modules.flatMap(({ declarations }) => declarations)
  const documented = (list: (typeof LISTS)[number]): Set<string> => new Set(elements.flatMap((element) => (element[list] ?? []).map(({ name = '' }) => name)))
  for (const element of elements) {
    if ((element.description ?? '') === '') problems.push(`${element.name} is not described`)
    for (const list of LISTS) {
      for (const { name = '', description, fieldName } of element[list] ?? []) {
        const field = element.members?.find((member) => member.name === (fieldName ?? name))
        if ((description ?? field?.description ?? '') === '') problems.push(`${element.tagName}: ${list} "${name}" is not described`)
      }
    }
  }
  const parts = [...used(/\bpart="([^"]+)"/g)].flatMap((text) => text.replaceAll(/\S*\$\{[^}]*\}\S*/g, '').split(/\s+/)).filter((part) => part !== '')
  for (const part of parts) if (!documented('cssParts').has(part)) problems.push(`part "${part}" is documented by no element`)
  for (const name of used(/eventName = '([^']+)'/g)) if (name !== 'sluice-store-request' && !documented('events').has(name)) problems.push(`event "${name}" is documented by no element`)
  for (const name of used(/(--sluice-[a-z-]+)/g)) if (!documented('cssProperties').has(name)) problems.push(`custom property "${name}" is documented by no element`)
  for (const name of used(/<slot name="([^"]+)"/g)) if (!documented('slots').has(name)) problems.push(`slot "${name}" is documented by no element`)
  for (const name of used(/attribute: '([^']+)'/g)) if (!documented('attributes').has(name)) problems.push(`attribute "${name}" is documented by no element`)
  return problems
}

const manifest = elementsOf(analyse())
const problems = problemsOf(manifest)
const text = `${JSON.stringify(manifest, undefined, 1)}\n`
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) problems.push('custom-elements.json is not what the sources say: run `pnpm docs:elements`')
} else writeFileSync(target, text)
for (const problem of problems) console.error(problem)
console.log(`${manifest.modules.length} elements, ${problems.length} problem(s)`)
if (problems.length > 0) process.exitCode = 1
