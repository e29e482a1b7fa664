import { readdirSync, readFileSync } from 'node:fs'
import type { Control, Tightens } from '../../src/guards/control.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { GUARDS } from '../support/guard-catalogue.ts'
import { optionRows } from './option-table.ts'

const core = new URL('../../', import.meta.url)
const guards = new URL('src/guards/', core)
const read = (name: string, base: URL = guards): string => readFileSync(new URL(name, base), 'utf8')

const NOTE = '<!-- Generated from the code by `pnpm docs:guards`; a test compares it. -->'
const cell = (text: string): string => text.replaceAll('|', '\\|')
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`

/** Denials that are the service's own, not a guard's. */
const SERVICE_CODES: Readonly<Record<string, string>> = {
  GUARD_ERROR: 'A guard failed or lost its memory, so that nothing is known. Fix the guard; the reject-rate guard counts these.',
  NOT_SENT: 'The order was proven never sent: the permit refused it, or recovery found it so. Retry with the same key.',
  APPROVAL_EXPIRED: 'No code came in time. Place the order again.',
  APPROVAL_LOCKED: 'Too many wrong codes. Place the order again.',
  APPROVAL_MISMATCH: 'The approved order is not the one that was challenged. Place the order again.',
  APPROVAL_PRICE_DRIFT: 'The price has moved against the order since its code was asked for. Place the order again.',
  DENIED: 'A guard denied and gave no code of its own.',
  APPROVALS_PENDING: 'Too many orders of the account wait for a code. Answer or cancel one first.',
}

/** A comment before the factory says how the guard works. */
function remarksOf({ name }: Guard): string {
  const source = read(`${name}.ts`)
  const comment = /\/\*\*(?:(?!\*\/)[\s\S])*?\*\/\s*export (?:function|const) \w+(?:\(|: Guard)/.exec(source.slice(source.lastIndexOf('const control')))?.[0] ?? ''
  return comment.slice(3, comment.indexOf('*/')).replaceAll(/\s*\n\s*\*\s?/g, ' ').trim()
}

const TIGHTER: Readonly<Record<Tightens, string>> = {
  lower: 'lower', higher: 'higher', fewer: 'fewer', more: 'more', set: 'true', label: 'any change', restart: 'with a restart only', symbols: 'by its parts',
}

function optionLines(guard: Guard, factory: string | undefined): string[] {
  const name = factory === undefined ? '' : `${factory.charAt(0).toUpperCase()}${factory.slice(1)}Options`
  const rows = optionRows(read(`${guard.name}.ts`), name)
  if (rows.length === 0) return ['No options.', '']
  return [
    '| option | | stricter when | meaning |', '|---|---|---|---|',
    ...rows.map(({ name: option, required, meaning }) => {
      const tightens = guard.control?.tightens[option]
      return row(`\`${option}\``, required ? 'required' : '', tightens === undefined ? '' : guard.withOptions === undefined ? TIGHTER.restart : TIGHTER[tightens], meaning)
    }),
    '',
  ]
}

function guardSection({ guard, factory }: (typeof GUARDS)[number]): string[] {
  const control = guard.control as Control
  return [
    `### \`${guard.name}\`${factory === undefined ? ' (always on)' : `: \`${factory}(…)\``}`, '',
    `**Prevents** ${control.prevents.charAt(0).toLowerCase()}${control.prevents.slice(1)}. ${remarksOf(guard)}`, '',
    `Orders that provably reduce a position: ${control.reducing === 'pass' ? 'pass over the limit' : 'are held to it too'}.`
    + ` Denies with ${Object.keys(control.codes).map((code) => `\`${code}\``).join(', ')}.`, '',
    ...(factory === undefined ? [] : optionLines(guard, factory)),
  ]
}

/** The reference of all guards. */
function reference(): string {
  return [
    NOTE, '', '# Guards', '',
    `${GUARDS.length} controls, ${GUARDS.filter(({ factory }) => factory === undefined).length} of them always on. Each is a pure function over the account's memory: it allows, rejects or challenges, with a [code](guard-codes.md), its limit and`,
    'what it observed. Which regulation asks for which control, and which test proves it, is in the [control map](control-map.md). How to change a limit while the service runs, and what a live',
    'service refuses to start without, is in [limits](limits.md); how to add a guard of your own in [write a guard](write-a-guard.md). Controls that are known and not built in, with the reasons, are in [left out](guards-left-out.md).', '',
    '"Stricter when" says which change of an option is in force at once; any other needs a human\'s code.', '',
    '## Always on', '', ...GUARDS.filter(({ factory }) => factory === undefined).flatMap(guardSection),
    '## Limits', '', ...GUARDS.filter(({ factory }) => factory !== undefined).flatMap(guardSection),
  ].join('\n').trimEnd().concat('\n')
}

/** Codes that the service itself denies with, as its source has them. */
export function serviceCodes(): readonly string[] {
  const known = new Set(GUARDS.flatMap(({ guard }) => Object.keys(guard.control?.codes ?? {})))
  const pipeline = new URL('src/pipeline/', core)
  const sources = [...readdirSync(pipeline, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => read(name, pipeline)), read('evaluate.ts')]
  // Denials are objects with a message; errors are thrown, alerts and anomalies have types of their own.
  const found = sources.flatMap((source) => [...source.matchAll(/(?:[Dd]enial[^;\n]{0,80}|verdict: 'reject', |deny\([^\n]{0,60})code: '([A-Z_]+)'/g)].map(([, code = '']) => code))
  return [...new Set(found)].filter((code) => !known.has(code)).toSorted()
}

/** Every code an order can be denied or challenged with. */
function codes(): string {
  const all = [
    ...GUARDS.flatMap(({ guard }) => Object.entries(guard.control?.codes ?? {}).map(([code, meaning]) => [code, `\`${guard.name}\``, meaning] as const)),
    ...Object.entries(SERVICE_CODES).map(([code, meaning]) => [code, 'the service', meaning] as const),
  ].toSorted(([left], [right]) => (left < right ? -1 : 1))
  return [
    NOTE, '', '# Codes of denials and challenges', '',
    'A denied order says `denial.code`, with the limit and what was observed; a challenged one says why in `challenge.reasons`. Codes are stable, messages may be reworded.', '',
    '| code | from | what to do |', '|---|---|---|', ...all.map(([code, from, meaning]) => row(`\`${code}\``, from, meaning)), '',
  ].join('\n')
}

/** The test files that exercise a guard: those beside it that import it. */
export function testsOf({ name }: Guard): readonly string[] {
  return readdirSync(guards).filter((file) => file.endsWith('.test.ts') && read(file).includes(`'./${name}.ts'`)).toSorted()
}

/** Which regulation asks for which control, and which test proves it. */
function controlMap(): string {
  const link = (file: string): string => `[${file}](../packages/core/src/guards/${file})`
  const sources = [...new Set(GUARDS.flatMap(({ guard }) => guard.control?.sources ?? []))].toSorted()
  const answering = (source: string): string => GUARDS.filter(({ guard }) => guard.control?.sources.includes(source)).map(({ guard }) => `\`${guard.name}\``).join(', ')
  return [
    NOTE, '', '# Control map', '',
    'Which pre-trade control answers which demand of SEC rule 15c3-5, RTS 6 (Commission Delegated Regulation (EU) 2017/589), its neighbours and the FIA\'s practices, and the test that proves it.',
    'It maps what the software does; it is no statement that a firm complies: limits, people and procedures are the firm\'s.', '',
    'Beside its own test, each guard goes through the [matrix of missing, stale and malformed input](../packages/core/src/guards/fail-closed.test.ts).', '',
    '## By control', '', '| guard | prevents | asked for by | test |', '|---|---|---|---|',
    ...GUARDS.map(({ guard }) => row(`\`${guard.name}\``, guard.control?.prevents ?? '', (guard.control?.sources ?? []).join('; '), testsOf(guard).map(link).join(' '))), '',
    '## By demand', '', '| demand | guards |', '|---|---|', ...sources.map((source) => row(source, answering(source))), '',
  ].join('\n')
}

/** The generated pages by their path from the root. */
export function guardPages(): Readonly<Record<string, string>> {
  return { 'docs/guards.md': reference(), 'docs/guard-codes.md': codes(), 'docs/control-map.md': controlMap() }
}

export { SERVICE_CODES }
