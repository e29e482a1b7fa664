import { SluiceError } from '../../runtime/errors.ts'

/** The module `node:sqlite`, by type. */
export type Sqlite = typeof import('node:sqlite')
/** An open database. */
export type Database = InstanceType<Sqlite['DatabaseSync']>

let loaded: Sqlite | undefined

/**
 * Loads `node:sqlite` without the ExperimentalWarning that Node 22 and 24 print on the first load: a library must not write to
 * the console of the program around it. Every other warning passes.
 * @throws SluiceError CONFIGURATION_INVALID where the runtime has no `node:sqlite`.
 */
export function loadSqlite(): Sqlite {
  if (loaded !== undefined) return loaded
  const emitWarning = Reflect.get(process, 'emitWarning') as (...values: unknown[]) => void
  process.emitWarning = (...values: unknown[]): void => {
    if (!String(values[0]).includes('SQLite is an experimental feature')) Reflect.apply(emitWarning, process, values)
  }
  try {
    loaded = process.getBuiltinModule('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
  // The types promise it; older runtimes and other hosts do not have it.
  if ((loaded as Sqlite | undefined) === undefined) {
    throw new SluiceError('CONFIGURATION_INVALID', 'this runtime has no node:sqlite; use Node 22.18 or newer, or another journal')
  }
  return loaded
}
