import { type Clock, createIds, type ExecutionService, type Ids, silentLogger, SluiceError, systemClock } from '@sluice/core'
import { createCors, type Cors } from '../access/cors.ts'
import { createLiveTails, type LiveTails } from '../events/live-tails.ts'
import { type ConnectionLimit, createConnectionLimit } from '../limits/connection-limit.ts'
import { createFailedLogins, type FailedLogins } from '../limits/failed-logins.ts'
import { createIntake, type Intake } from '../limits/intake.ts'
import { createRateLimiter, type RateLimiter } from '../limits/request-rate.ts'
import type { BodyRules } from './api-request.ts'
import { createDeadlines, type Deadlines } from './deadlines.ts'
import type { RequestRate } from '../limits/request-rate.ts'
import type { ExecutionApiOptions } from './execution-api-options.ts'

/** The options with every default filled in, and what all requests share. */
export interface Settings {
  readonly service: ExecutionService
  readonly authenticate: ExecutionApiOptions['authenticate']
  readonly authorize: ExecutionApiOptions['authorize']
  readonly basePath: string
  readonly authenticateTimeout: number
  readonly bodyRules: BodyRules
  readonly handlerDeadlines: Deadlines
  readonly intake: Intake
  /** Undefined where there is no limit. */
  readonly rate: RateLimiter | undefined
  readonly clientAddress: ExecutionApiOptions['clientAddress']
  /** Undefined where nobody says where requests come from. */
  readonly logins: FailedLogins | undefined
  readonly heartbeat: number
  readonly streamLifetime: number
  readonly stallDeadlines: Deadlines
  readonly origins: ReadonlySet<string>
  readonly cors: Cors | undefined
  readonly challenge: string
  readonly clock: Clock
  readonly ids: Ids
  readonly streams: ConnectionLimit
  readonly tails: LiveTails
  /** Aborts when the API closes. */
  readonly closed: AbortSignal
  readonly reportFailure: (what: string, error: unknown, instance?: string) => void
}

const BASE_PATH = /^(?:\/[A-Za-z0-9._~-]+)*$/

function invalid(message: string): SluiceError {
  return new SluiceError('CONFIGURATION_INVALID', `createExecutionApi: ${message}`)
}

function positive(name: string, value: number): number {
  if (!(value > 0)) throw invalid(`${name} must be a positive number`)
  return value
}

function parseOrigins(origins: readonly string[]): ReadonlySet<string> {
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) throw invalid(`origins takes exact origins such as https://desk.example.com, and ${origin} is none`)
  }
  return new Set(origins)
}

function checkRate(name: string, rate: RequestRate): RequestRate {
  positive(`${name}.perSecond`, rate.perSecond)
  if (!(rate.burst >= 1)) throw invalid(`${name}.burst must be at least 1`)
  return rate
}

const createRate = (rate: RequestRate | false, clock: Clock): RateLimiter | undefined =>
  (rate === false ? undefined : createRateLimiter(checkRate('requestRate', rate), clock))

/** @throws SluiceError CONFIGURATION_INVALID */
export function createSettings(options: ExecutionApiOptions, closed: AbortSignal): Settings {
  if (typeof options.authenticate !== 'function') throw invalid('authenticate is required: a function from a request to its principal, or null')
  if (typeof options.service !== 'object') throw invalid('service is required')
  const basePath = (options.basePath ?? '/api/v1/execution').replace(/\/$/, '')
  if (!BASE_PATH.test(basePath)) throw invalid('basePath must be a plain path such as /api/v1/execution')
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? silentLogger
  const bodyDeadlines = createDeadlines(clock, positive('bodyTimeout', options.bodyTimeout ?? 10_000))
  const origins = parseOrigins(options.origins ?? [])
  return {
    service: options.service,
    authenticate: options.authenticate,
    authorize: options.authorize,
    basePath,
    authenticateTimeout: positive('authenticateTimeout', options.authenticateTimeout ?? 2000),
    bodyRules: {
      limit: positive('bodyLimit', options.bodyLimit ?? 65_536),
      begin: (onLate) => bodyDeadlines.start(onLate),
    },
    handlerDeadlines: createDeadlines(clock, positive('handlerTimeout', options.handlerTimeout ?? 15_000)),
    intake: createIntake(positive('requestLimit', options.requestLimit ?? 4096)),
    rate: createRate(options.requestRate ?? { perSecond: 100, burst: 200 }, clock),
    clientAddress: options.clientAddress,
    logins: options.clientAddress && createFailedLogins(checkRate('failedLoginRate', options.failedLoginRate ?? { perSecond: 0.2, burst: 20 }), clock),
    heartbeat: positive('heartbeat', options.heartbeat ?? 15_000),
    streamLifetime: positive('streamLifetime', options.streamLifetime ?? 3_600_000),
    stallDeadlines: createDeadlines(clock, positive('stallTimeout', options.stallTimeout ?? 30_000)),
    origins,
    cors: createCors(origins),
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
