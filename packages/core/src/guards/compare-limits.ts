import { parseBrokerDecimal, type Units } from '../order/decimal.ts'
import type { Json } from '../order/event.ts'
import type { Control, Tightens } from './control.ts'

/** What a change of options does, by option. Options that stay are in none of the lists. */
export interface LimitChange {
  readonly tightened: readonly string[]
  /** Looser, or not known to be stricter. */
  readonly loosened: readonly string[]
  /** Options that memory depends on: they change with a restart only. */
  readonly restart: readonly string[]
}

type Options = Readonly<Record<string, Json>>
type Direction = 'same' | 'tighter' | 'looser' | 'restart'

const isRecord = (value: unknown): value is Options => typeof value === 'object' && value !== null && !Array.isArray(value)
const recordOf = (value: Json | undefined): Options => (isRecord(value) ? value : {})
/** Objects are equal whatever the order of their keys. */
const canonical = (value: unknown): string => JSON.stringify(value, (_key, inner: unknown) => (isRecord(inner) ? Object.fromEntries(Object.keys(inner).toSorted().map((name) => [name, inner[name]])) : inner)) ?? ''
const isSame = (left: unknown, right: unknown): boolean => canonical(left ?? null) === canonical(right ?? null)

/** Exact; undefined when it is no number. */
function numberOf(value: Json | undefined): Units | undefined {
  return typeof value === 'string' || typeof value === 'number' ? parseBrokerDecimal(String(value))?.units : undefined
}

/** Both at once, where several parts of an option changed: one looser part makes it looser. */
function worst(directions: Iterable<Direction>): Direction {
  let found: Direction = 'same'
  for (const direction of directions) {
    if (direction === 'looser' || direction === 'restart') return direction
    if (direction === 'tighter') found = 'tighter'
  }
  return found
}

function compareNumbers(before: Json | undefined, after: Json | undefined, stricter: 'lower' | 'higher'): Direction {
  if (isSame(before, after)) return 'same'
  // An absent limit is none.
  if (before === undefined) return numberOf(after) === undefined ? 'looser' : 'tighter'
  const [old, next] = [numberOf(before), numberOf(after)]
  if (old === undefined || next === undefined) return 'looser'
  if (old === next) return 'same'
  return next < old === (stricter === 'lower') ? 'tighter' : 'looser'
}

function compareLists(before: Json | undefined, after: Json | undefined, stricter: 'fewer' | 'more'): Direction {
  if (isSame(before, after)) return 'same'
  // No list of what is allowed allows everything; no list of what is not, forbids nothing.
  if (before === undefined && stricter === 'fewer') return 'tighter'
  if (after === undefined && stricter === 'fewer') return 'looser'
  const [old, next] = [before ?? [], after ?? []]
  if (!Array.isArray(old) || !Array.isArray(next)) return 'looser'
  const [small, large] = stricter === 'fewer' ? [next, old] : [old, next]
  const names = new Set(large.map(canonical))
  return small.every((name) => names.has(canonical(name))) ? 'tighter' : 'looser'
}

/** The value that holds: the option's own, that of the option it falls back on, or its default. */
function effective(options: Options, name: string, { defaults }: Control): Json | undefined {
  if (options[name] !== undefined) return options[name]
  const fallback = defaults?.[name]
  return typeof fallback === 'string' && fallback.startsWith('=') ? options[fallback.slice(1)] : fallback
}

/** A symbol's own options replace the general ones. */
function compareSymbols(before: Options, after: Options, control: Control): Direction {
  const symbols = new Set([...Object.keys(recordOf(before['symbols'])), ...Object.keys(recordOf(after['symbols']))])
  const at = (options: Options, symbol: string): Options => {
    const own = recordOf(options['symbols'])[symbol]
    return isRecord(own) ? own : options
  }
  const names = Object.entries(control.tightens).filter(([, tightens]) => tightens !== 'symbols')
  return worst([...symbols].flatMap((symbol) => {
    const [old, next] = [at(before, symbol), at(after, symbol)]
    return names.map(([name, tightens]) => compareOption(old, next, name, tightens, control))
  }))
}

function compareRecords(before: Options, after: Options, tightens: 'lower' | 'higher'): Direction {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return worst([...names].map((name) => compareNumbers(before[name] ?? '0', after[name] ?? '0', tightens)))
}

function compareOption(before: Options, after: Options, name: string, tightens: Tightens | undefined, control: Control): Direction {
  const [old, next] = [effective(before, name, control), effective(after, name, control)]
  switch (tightens) {
    case 'lower':
    case 'higher': return isRecord(old) || isRecord(next) ? compareRecords(recordOf(old), recordOf(next), tightens) : compareNumbers(old, next, tightens)
    case 'fewer':
    case 'more': return compareLists(old, next, tightens)
    case 'set': return isSame(old, next) ? 'same' : next === true ? 'tighter' : 'looser'
    case 'label': return isSame(old, next) ? 'same' : 'tighter'
    case 'symbols': return compareSymbols(before, after, control)
    case 'restart': return isSame(old, next) ? 'same' : 'restart'
    case undefined: return isSame(old, next) ? 'same' : 'looser'
  }
}

/** What becomes of a guard's limits by other options. A guard that declares nothing is loosened by any change. */
export function compareLimits(guard: string, control: Control | undefined, before: Json, after: Json): LimitChange {
  const change = { tightened: [] as string[], loosened: [] as string[], restart: [] as string[] }
  if (isSame(before, after)) return change
  if (control === undefined || !isRecord(before) || !isRecord(after)) return { ...change, loosened: [guard] }
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const direction = compareOption(before, after, name, control.tightens[name], control)
    if (direction === 'tighter') change.tightened.push(`${guard}.${name}`)
    else if (direction === 'looser') change.loosened.push(`${guard}.${name}`)
    else if (direction === 'restart') change.restart.push(`${guard}.${name}`)
  }
  return change
}
