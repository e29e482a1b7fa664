/** One import as the source text says it. */
export interface ImportedName {
  readonly specifier: string
  /** Nothing of it is left at run time. */
  readonly typeOnly: boolean
  readonly line: number
}

const clause = String.raw`(?:\*(?:\s+as\s+[\w$]+)?|[\w$]+|(?:[\w$]+\s*,\s*)?\{[^}]*\}|[\w$]+\s*,\s*\*\s+as\s+[\w$]+)`
const fromStatement = new RegExp(
  String.raw`^[ \t]*(?:import|export)\s+(?<type>type\s+)?(?<clause>${clause})\s*from\s*['"](?<specifier>[^'"]+)['"]`,
  'gm',
)
const sideEffect = /^[ \t]*import\s*['"](?<specifier>[^'"]+)['"]/gm
/** Everything else that brings a module in; lines of a comment start with `*` or `//`. */
const call =
  /^(?![ \t]*(?:\*|\/\/|\/\*)).*?(?<type>typeof\s+)?\b(?:import|import\.meta\.resolve|getBuiltinModule)\(\s*['"](?<specifier>[^'"]+)['"]/gm

/** The imports of a TypeScript source. Text alone: the compiler's API is not stable, and the house style is regular enough. */
export function importsOf(source: string): ImportedName[] {
  const found = [fromStatement, sideEffect, call].flatMap((pattern) => [...source.matchAll(pattern)])
  return found
    .map((match) => ({
      specifier: match.groups?.['specifier'] ?? '',
      typeOnly: match.groups?.['type'] !== undefined || onlyTypes(match.groups?.['clause']),
      line: source.slice(0, match.index).split('\n').length,
    }))
    .toSorted((left, right) => left.line - right.line)
}

function onlyTypes(text: string | undefined): boolean {
  const names = /^\{(?<names>[^}]*)\}$/.exec(text ?? '')?.groups?.['names']
  if (names === undefined) return false
  const each = names.split(',').map((name) => name.trim()).filter((name) => name !== '' && !name.startsWith('//'))
  return each.length > 0 && each.every((name) => name.startsWith('type '))
}
