import type { ExecutionService } from '@sluice/core'
import type { Answer } from '../answer/answer.ts'
import type { Access } from '../access/access.ts'
import type { Principal, Right } from '../access/principal.ts'
import type { Settings } from './settings.ts'

/** One authenticated request on its way through a route. */
export interface Call {
  readonly request: Request
  /** The order named in the path; empty where the route has none. */
  readonly orderId: string
  readonly principal: Principal
  readonly access: Access
  readonly service: ExecutionService
  readonly settings: Settings
  /** Names this answer in its problem and in the log. */
  readonly instance: () => string
}

/** One method on one path. What it throws becomes a problem. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Under the base path; `:id` is an order's id. */
  readonly path: string
  /** What the principal must be allowed; undefined for anyone authenticated. */
  readonly right: Right | undefined
  readonly handle: (call: Call) => Promise<Answer> | Answer
}
