import type { ExecutionService } from '@sluice/core'
import type { Access } from '../access/access.ts'
import type { Principal, Right } from '../access/principal.ts'
import type { Answer } from '../answer/answer.ts'
import type { RouteDocument } from '../openapi/route-document.ts'
import type { ApiRequest } from './api-request.ts'
import type { Settings } from './settings.ts'

/** One authenticated request on its way through a route. */
export interface Call {
  readonly request: ApiRequest
  /** The order named in the path; empty where the route has none. */
  readonly orderId: string
  readonly principal: Principal
  readonly access: Access
  readonly service: ExecutionService
  readonly settings: Settings
  /** Names this answer in its problem and in the log. */
  readonly instance: () => string
}

interface RouteCommon {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Under the base path; `:id` is an order's id. */
  readonly path: string
  /** What the OpenAPI document says of it. */
  readonly document: RouteDocument
}

/** A route for those who are known. What it throws becomes a problem. */
export interface PrivateRoute extends RouteCommon {
  readonly access: 'private'
  /** What the principal must be allowed; undefined for anyone authenticated. */
  readonly right: Right | undefined
  /** Takes risk back: no rate, no full house and no shutdown in progress may be in its way. */
  readonly isUrgent?: boolean
  readonly handle: (call: Call) => Promise<Answer> | Answer
}

/** A request of nobody in particular. */
interface PublicCall {
  readonly settings: Settings
  /** The OpenAPI document of all routes. */
  readonly document: () => object
  /** Names this answer in its problem. */
  readonly instance: () => string
}

/** A route for anyone. It tells nothing of accounts or orders. */
export interface PublicRoute extends RouteCommon {
  readonly access: 'public'
  readonly handle: (call: PublicCall) => Promise<Answer> | Answer
}

/** One method on one path. */
export type Route = PrivateRoute | PublicRoute
