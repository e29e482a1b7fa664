import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock, ExecutionService, Ids, Logger } from '@sluice/core'
import type { RequestRate } from '../limits/request-rate.ts'
import type { Action, Principal } from '../access/principal.ts'

/** What a host passes beside the request. `toNodeHandler` passes Node's own objects; a fetch runtime passes what it has. */
export interface RequestEnvironment {
  /** Node's request, with whatever earlier middleware put on it. */
  readonly incoming?: IncomingMessage
  readonly outgoing?: ServerResponse
  readonly [name: string]: unknown
}

/** What `createExecutionApi` takes. */
export interface ExecutionApiOptions {
  readonly service: ExecutionService
  /**
   * Says who a request speaks for, or null for nobody. There is no default: an endpoint that anyone may use is never made by
   * forgetting something. A throw or two seconds of silence is answered with 503, never taken for nobody or anybody. To read the
   * body (signed requests), read a clone.
   */
  readonly authenticate: (request: Request, environment: RequestEnvironment) => Principal | null | Promise<Principal | null>
  /** A further condition on what the principal's own accounts and rights allow; it can only narrow. Default: none. */
  readonly authorize?: (principal: Principal, action: Action, request: Request) => boolean | Promise<boolean>
  /** Where the routes begin, as the client sees it. Default `/api/v1/execution`. */
  readonly basePath?: string
  /** Longest `authenticate` and `authorize` may take, in ms. Default 2 000. */
  readonly authenticateTimeout?: number
  /** Largest request body, in bytes. Default 65 536. */
  readonly bodyLimit?: number
  /** Longest a body may take to arrive, in ms; then 408. Default 10 000. */
  readonly bodyTimeout?: number
  /** Longest an answer may take, in ms; then 503, and what was not recorded yet is given up. Default 15 000. */
  readonly handlerTimeout?: number
  /** Requests that may be answered at once; more get 503, cancels and the kill switch never. Default 4 096. */
  readonly requestLimit?: number
  /**
   * How often one principal may ask, cancels and the kill switch not counted; false for no limit. It keeps one client from
   * taking the endpoint from the others; how often one may trade is a guard's matter. Default 100 a second, 200 at once.
   */
  readonly requestRate?: RequestRate | false
  /**
   * Where a request comes from, so that an address that often speaks for nobody has to wait before it is asked again who it is; cancels and the
   * kill switch never wait. Behind a proxy it is what that proxy, and nobody else, wrote: its own address is everybody's, and one stranger would
   * keep all from trading. `(_, { incoming }) => incoming?.socket.remoteAddress` where there is no proxy. Default: no address is known, none waits.
   */
  readonly clientAddress?: (request: Request, environment: RequestEnvironment) => string | undefined
  /** How often an address may speak for nobody. Default one in five seconds, 20 at once. */
  readonly failedLoginRate?: RequestRate
  /** Event streams one principal may hold open. Default 8. */
  readonly streamLimit?: number
  /** Longest a reader may leave its stream unread, in ms; then it is closed, and resumes where it stood. Default 30 000. */
  readonly stallTimeout?: number
  /** Silence after which a stream sends a comment, in ms. Default 15 000. */
  readonly heartbeat?: number
  /** How long a stream lasts before it ends, so that its principal is authenticated anew when it resumes; in ms. Default 3 600 000. */
  readonly streamLifetime?: number
  /**
   * Origins whose pages may use the endpoint besides its own, such as `https://desk.example.com`: browsers are told so (CORS),
   * and cookie requests from them pass. Exact; never `*`. Default none.
   */
  readonly origins?: readonly string[]
  /** What a 401 asks for (WWW-Authenticate). Default `Bearer`. */
  readonly challenge?: string
  /** Gets one line for each failure on our side. Default silent. */
  readonly logger?: Logger
  readonly clock?: Clock
  readonly ids?: Ids
}
