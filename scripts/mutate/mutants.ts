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

/** What each word becomes, where it is called or says how to round. */
const WORDS: Readonly<Record<string, string>> = { maximum: 'minimum', minimum: 'maximum', max: 'min', min: 'max', floor: 'ceil', ceil: 'floor', some: 'every', every: 'some', up: 'down', down: 'up' }

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
      if (value === 'up' || value === 'down') return [[node.start, node.end, `'${WORDS[value]}'`]]
      if (typeof value === 'boolean') return [[node.start, node.end, String(!value)]]
      if (typeof value === 'number') return [[node.start, node.end, String(value + 1)]]
      return typeof value === 'bigint' ? [[node.start, node.end, `${value + 1n}n`]] : []
    }
    case 'CallExpression': {
      const callee = node['callee'] as Node
      const named = callee.type === 'MemberExpression' ? callee['property'] as Node : callee
      const name = text(named)
      const [argument] = node['arguments'] as Node[]
      if (name === 'absolute' && argument !== undefined) return [[node.start, node.end, `(${text(argument)})`]]
      return WORDS[name] === undefined ? [] : [[named.start, named.end, WORDS[name]]]
    }
    case 'ExpressionStatement': return ['CallExpression', 'AssignmentExpression'].includes((node['expression'] as Node).type) ? [[node.start, node.end, ';']] : []
    case 'ThrowStatement':
    case 'BreakStatement':
    case 'ContinueStatement': return [[node.start, node.end, ';']]
    case 'ReturnStatement': return node['argument'] === null ? [[node.start, node.end, ';']] : []
    case 'SwitchCase': {
      const test = node['test'] as Node | null
      return test === null ? [] : [[test.start, test.end, NEVER]]
    }
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

/** A case that nothing is. */
const NEVER = `'(never)'`

const isEmpty = (statements: readonly Node[]): boolean => statements.every(({ type }) => type === 'BreakStatement' || type === 'EmptyStatement')

/** Statements that change nothing when they are left out: they end a case that only empty ones follow. */
function idleEnds(root: Node): ReadonlySet<number> {
  const idle = new Set<number>()
  walk(root, (node) => {
    const isLast = node.type === 'FunctionDeclaration' && ((node['body'] as Node)['body'] as Node[]).at(-1)?.type === 'SwitchStatement'
    const cases = node.type === 'SwitchStatement' ? node : isLast ? ((node['body'] as Node)['body'] as Node[]).at(-1) as Node : undefined
    const all = (cases?.['cases'] ?? []) as Node[]
    all.forEach((one, index) => {
      const last = bodyOf(one).at(-1)
      if (last === undefined || !all.slice(index + 1).every((next) => isEmpty(bodyOf(next)))) return
      if (last.type === 'BreakStatement' || (isLast && last.type === 'ReturnStatement' && last['argument'] === null)) idle.add(last.start)
    })
  })
  return idle
}

/** The statements of a case, also when they stand in a block. */
function bodyOf(one: Node): readonly Node[] {
  const statements = one['consequent'] as Node[]
  return statements.length === 1 && statements[0]?.type === 'BlockStatement' ? statements[0]['body'] as Node[] : statements
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
  const idle = idleEnds(root)
  walk(root, (node) => {
    if (idle.has(node.start) && ['BreakStatement', 'ReturnStatement'].includes(node.type)) return
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
