import { type Clock, createIds, type ExecutionService, type Ids, silentLogger, SluiceError, systemClock } from '@sluice/core'
import { type ConnectionLimit, createConnectionLimit } from '../events/connection-limit.ts'
import { createLiveTails, type LiveTails } from '../events/live-tails.ts'
import type { ExecutionApiOptions } from './execution-api-options.ts'

/** The options with every default filled in, and what all requests share. */
export interface Settings {
  readonly service: ExecutionService
  readonly authenticate: ExecutionApiOptions['authenticate']
  readonly authorize: ExecutionApiOptions['authorize']
  readonly basePath: string
  readonly authenticateTimeout: number
  readonly bodyLimit: number
  readonly heartbeat: number
  readonly streamLifetime: number
  readonly origins: readonly string[]
  readonly challenge: string
  readonly clock: Clock
  readonly ids: Ids
  readonly streams: ConnectionLimit
  readonly tails: LiveTails
  /** Aborts when the API closes. */
  readonly closed: AbortSignal
  reportFailure(what: string, error: unknown, instance?: string): void
}

const BASE_PATH = /^(?:\/[A-Za-z0-9._~-]+)*$/

function invalid(message: string): SluiceError {
  return new SluiceError('CONFIGURATION_INVALID', `createExecutionApi: ${message}`)
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw invalid(`${name} must be a positive number`)
  return value
}

/** @throws SluiceError CONFIGURATION_INVALID */
export function createSettings(options: ExecutionApiOptions, closed: AbortSignal): Settings {
  if (typeof options.authenticate !== 'function') throw invalid('authenticate is required: a function from a request to its principal, or null')
  if (typeof options.service !== 'object') throw invalid('service is required')
  const basePath = (options.basePath ?? '/api/v1/execution').replace(/\/$/, '')
  if (!BASE_PATH.test(basePath)) throw invalid('basePath must be a plain path such as /api/v1/execution')
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? silentLogger
  return {
    service: options.service,
    authenticate: options.authenticate,
    authorize: options.authorize,
    basePath,
    authenticateTimeout: positive('authenticateTimeout', options.authenticateTimeout ?? 2000),
    bodyLimit: positive('bodyLimit', options.bodyLimit ?? 65_536),
    heartbeat: positive('heartbeat', options.heartbeat ?? 15_000),
    streamLifetime: positive('streamLifetime', options.streamLifetime ?? 3_600_000),
    origins: options.origins ?? [],
    challenge: options.challenge ?? 'Bearer',
    clock,
    ids: options.ids ?? createIds(clock),
    streams: createConnectionLimit(positive('streamLimit', options.streamLimit ?? 8)),
    tails: createLiveTails(options.service, clock),
    closed,
    reportFailure: (what, error, instance) => {
      logger.error(what, { error: error instanceof Error ? error.message : String(error), instance })
    },
  }
}
