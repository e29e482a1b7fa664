import { type Edge, isWithin, type Rule } from './edge.ts'

const source = 'packages/core/src'

/** The floors of core, from the ground up: DESIGN.md §2. */
const floors: readonly (readonly string[])[] = [
  ['order', 'runtime'],
  ['risk', 'approval', 'kill-switch', 'broker', 'journal'],
  ['guards'],
  ['pipeline'],
  ['recovery', 'streams', 'replay'],
  ['service'],
]

/** Values that may cross a floor: the order model stands on the runtime beside it. */
const beside: Readonly<Record<string, readonly string[]>> = { order: ['runtime'] }

/** Rooms with an entry of their own: nothing else may pull them, and what they need, into the main entry. */
const apart = ['journal/sqlite', 'approval/totp', 'testing']

function roomOf(path: string): string | undefined {
  return isWithin(path, source) ? path.slice(source.length + 1).split('/')[0] : undefined
}

function floorOf(room: string): number {
  return floors.findIndex((rooms) => rooms.includes(room)) + 1
}

/** The floor of a core source that is not a test, 0 for entries and testing, undefined for everything else. */
function floorOfEdge(edge: Edge): number | undefined {
  const room = roomOf(edge.file)
  return room === undefined || edge.test ? undefined : floorOf(room)
}

/** A room imports only from the floors below it; types, which leave nothing at run time, also from its own floor. */
export const floorsPointDown: Rule = (edge) => {
  const [from, to] = [roomOf(edge.file), roomOf(edge.target ?? '')]
  if (from === undefined || to === undefined || from === to || edge.test) return undefined
  const [above, below] = [floorOf(from), floorOf(to)]
  if (above === 0) return undefined
  if (below === 0) return `${from} may not import ${to}: only an entry or ${source}/testing may`
  if (below < above || beside[from]?.includes(to) === true) return undefined
  if (below === above && edge.typeOnly) return undefined
  const limit = below === above ? 'beside it, from which only types may come' : 'above it'
  return `${from} (floor ${above}) may not import ${to} (floor ${below}): it is ${limit}`
}

/** What has its own entry stays out of the main one. */
export const separateEntries: Rule = (edge) => {
  const target = edge.target
  if (target === undefined || edge.test || !isWithin(edge.file, source)) return undefined
  const room = apart.find((folder) => isWithin(target, `${source}/${folder}`))
  if (room === undefined || isWithin(edge.file, `${source}/${room}`)) return undefined
  return `${room} has an entry of its own: import nothing of it from the rest of core`
}

/** Core runs in Bun, Deno, workers and pages: only the SQLite entry may need Node. */
export const onlySqliteNeedsNode: Rule = (edge) =>
  floorOfEdge(edge) !== undefined && edge.specifier.startsWith('node:') && !isWithin(edge.file, `${source}/journal/sqlite`)
    ? `only ${source}/journal/sqlite may import ${edge.specifier}`
    : undefined

/** Floors 1 to 3 are kernels and contracts. */
export const kernelsHaveNoStreams: Rule = (edge) => {
  const floor = floorOfEdge(edge) ?? 0
  if (floor < 1 || floor > 3 || !/^(?:rxjs|eventemitter3)(?:\/|$)/.test(edge.specifier)) return undefined
  const implementation = /^packages\/core\/src\/(?:broker|journal)\/[^/]+\//.test(edge.file)
  return implementation ? undefined : `floors 1 to 3 are kernels: ${edge.specifier} belongs in streams or service`
}

/** One file in the whole system turns an order into one that an adapter will send. */
export const onlySubmitApproves: Rule = (edge) => {
  if (edge.target !== `${source}/broker/approved-order.ts` || edge.typeOnly || edge.test) return undefined
  const allowed = /^packages\/core\/src\/(?:pipeline\/(?:place|replace)\/submit[^/]*\.ts$|testing\/)/.test(edge.file)
  return allowed ? undefined : 'only pipeline/place/submit, pipeline/replace/submit-replace and testing may make an approved order: import its types with `import type`'
}

export const onlyTotpUsesOtplib: Rule = (edge) =>
  /^(?:otplib|@otplib)(?:\/|$)/.test(edge.specifier) &&
  edge.home.startsWith('packages/') &&
  !edge.test &&
  !isWithin(edge.file, `${source}/approval/totp`)
    ? `only ${source}/approval/totp may import ${edge.specifier}`
    : undefined
