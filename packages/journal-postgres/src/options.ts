import type { ConnectionOptions } from 'node:tls'
import { type Clock, SluiceError, systemClock } from '@sluice/core'

/** How a PostgreSQL journal is reached and how long its leases last. */
export interface PostgresJournalOptions {
  /** `postgresql://user@host/database`. Give the password in the URL, by `PGPASSWORD` or by a password file. */
  readonly connectionString: string
  /** TLS: `true` verifies the server against the known authorities; an object is handed to `tls.connect`. Default: as the URL's `sslmode` says. */
  readonly ssl?: boolean | ConnectionOptions
  /** Where the tables are; made when it is absent. Default `sluice`. */
  readonly schema?: string
  /** Connections for appends and questions, beside one for the session. Default 8. */
  readonly connections?: number
  /** How long an account is owned without a renewal, in ms; renewed at a quarter of it. Default 5 000. */
  readonly lease?: number
  /** How long before its end a lease counts as over for whoever writes to a broker, in ms. Default: a fifth of the lease. */
  readonly margin?: number
  /** How long a statement is tried on new connections before the journal has failed, in ms. Default 10 000. */
  readonly reconnectFor?: number
  /** How long one attempt of a statement may take, in ms. Default 5 000. */
  readonly statementTimeout?: number
  /** Names this process in the tables, for people. Default: made up. */
  readonly name?: string
  /** Makes and updates the tables at the first use. `false`: refuses when they are not up to date. Default true. */
  readonly migrate?: boolean
  /** Takes a server that may lose acknowledged commits: `fsync` or `synchronous_commit` off. The journal then counts as `memory`. Default false. */
  readonly allowDataLoss?: boolean
  readonly clock?: Clock
}

export type Settings = Required<Omit<PostgresJournalOptions, 'ssl' | 'name'>> & Pick<PostgresJournalOptions, 'ssl' | 'name'>

const NAME = /^[a-z_][a-z0-9_]{0,62}$/

/** @throws SluiceError CONFIGURATION_INVALID */
export function settingsOf(options: PostgresJournalOptions): Settings {
  const { lease = 5_000 } = options
  const settings: Settings = {
    schema: 'sluice', connections: 8, reconnectFor: 10_000, statementTimeout: 5_000, migrate: true, allowDataLoss: false, clock: systemClock,
    margin: lease / 5, ...options, lease,
  }
  const invalid = (message: string): never => { throw new SluiceError('CONFIGURATION_INVALID', message) }
  if (!NAME.test(settings.schema)) invalid('schema must be a lower-case name of letters, digits and "_"')
  if (!(settings.lease >= 100)) invalid('lease must be 100 ms or more')
  if (!(settings.margin >= 0 && settings.margin < settings.lease / 2)) invalid('margin must be less than half of the lease')
  if (!(Number.isSafeInteger(settings.connections) && settings.connections > 0)) invalid('connections must be a whole number from 1')
  return settings
}
