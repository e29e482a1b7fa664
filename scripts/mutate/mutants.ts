import { parseSync } from 'vite'

/** One small change of a source file. */
export interface Mutant {
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** 1-based. */
  readonly line: number
  /** What it was and what it became, on one line. */
  readonly change: string
}

interface Node { readonly type: string; readonly start: number; readonly end: number; readonly [key: string]: unknown }

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

/** What each operator becomes. */
const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='], '<=': ['<', '>'], '>': ['>=', '<='], '>=': ['>', '<'], '===': ['!=='], '!==': ['==='],
  '+': ['-'], '-': ['+'], '*': ['/'], '/': ['*'], '%': ['*'], '&&': ['||'], '||': ['&&'], '??': ['&&'],
  '+=': ['-='], '-=': ['+='], '||=': ['&&='],
}

/** Texts in types, imports and declarations of options mean nothing to a run. */
const SKIPPED: ReadonlySet<string> = new Set(['ImportDeclaration', 'ExportNamedDeclaration:from', 'TSTypeAnnotation', 'TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'TSTypeParameterInstantiation', 'TSTypeParameterDeclaration'])

type Edit = readonly [start: number, end: number, replacement: string]

function editsOf(node: Node, source: string): Edit[] {
  const text = (of: unknown): string => source.slice((of as Node).start, (of as Node).end)
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const [left, right] = [node['left'] as Node, node['right'] as Node]
      const operator = node['operator'] as string
      const at = source.indexOf(operator, left.end)
      // Texts that are put together are messages.
      if (operator === '+' && [left, right].some(({ type }) => type === 'TemplateLiteral')) return []
      return (OPERATORS[operator] ?? []).map((other) => [at, at + operator.length, other] as const).filter(() => at >= 0 && at < right.start)
    }
    case 'ConditionalExpression':
    case 'IfStatement': {
      const test = node['test'] as Node
      return [[test.start, test.end, 'true'], [test.start, test.end, 'false']]
    }
    case 'UnaryExpression': return node['operator'] === '!' || node['operator'] === '-' ? [[node.start, node.end, `(${text(node['argument'])})`]] : []
    case 'Literal': {
      const { value } = node
      if (typeof value === 'boolean') return [[node.start, node.end, String(!value)]]
      if (typeof value === 'number') return [[node.start, node.end, String(value + 1)]]
      return typeof value === 'bigint' ? [[node.start, node.end, `${value + 1n}n`]] : []
    }
    case 'ExpressionStatement': return (node['expression'] as Node).type === 'CallExpression' ? [[node.start, node.end, ';']] : []
    case 'ReturnStatement': return node['argument'] === null ? [[node.start, node.end, ';']] : []
    default: return []
  }
}

function walk(node: Node, visit: (node: Node) => void): void {
  if (SKIPPED.has(node.type) || node.type.startsWith('TS') && !['TSAsExpression', 'TSNonNullExpression', 'TSSatisfiesExpression'].includes(node.type)) return
  visit(node)
  for (const [key, value] of Object.entries(node)) {
    if (key === 'typeAnnotation' || key === 'typeArguments' || key === 'typeParameters' || key === 'returnType') continue
    if (Array.isArray(value)) { for (const child of value) if (isNode(child)) walk(child, visit) } else if (isNode(value)) walk(value, visit)
  }
}

/** What a guard says of itself is proven by the generated pages, not by its tests. */
const isDeclaration = (node: Node): boolean => node.type === 'VariableDeclarator' && (node['id'] as { readonly name?: string }).name === 'control'

/** Every small change of a TypeScript source that should make a test fail. */
export function mutantsOf(path: string, source: string): Mutant[] {
  const { program } = parseSync(path, source)
  const mutants: Mutant[] = []
  const declarations: Node[] = []
  const root = program as unknown as Node
  walk(root, (node) => { if (isDeclaration(node)) declarations.push(node) })
  walk(root, (node) => {
    if (declarations.some(({ start, end }) => node.start >= start && node.end <= end)) return
    for (const [start, end, replacement] of editsOf(node, source)) {
      const line = source.slice(0, start).split('\n').length
      mutants.push({ start, end, replacement, line, change: `${source.slice(start, end)} -> ${replacement}`.replaceAll(/\s+/g, ' ') })
    }
  })
  return mutants
}

export function applyMutant(source: string, { start, end, replacement }: Mutant): string {
  return source.slice(0, start) + replacement + source.slice(end)
}
