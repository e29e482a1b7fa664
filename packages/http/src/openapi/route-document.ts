import type { z } from 'zod'

/** What one answer is. */
export interface DocumentedAnswer {
  readonly description: string
  /** Its JSON; absent where there is none. */
  readonly schema?: z.ZodType
  /** Another media type than JSON. */
  readonly mediaType?: string
  /** Names of `components.headers`. */
  readonly headers?: readonly string[]
}

/** What the OpenAPI document says of a route beside its method and path. */
export interface RouteDocument {
  /** Unique and stable: generated clients name their functions after it. */
  readonly operationId: string
  readonly tag: 'orders' | 'risk' | 'events' | 'service'
  readonly summary: string
  readonly description?: string
  /** One parameter for each member. */
  readonly query?: z.ZodObject
  /** Names of `components.parameters`: headers that are read. */
  readonly headers?: readonly string[]
  readonly body?: z.ZodType
  readonly answers: Readonly<Record<number, DocumentedAnswer>>
  /** Statuses of its problems besides those that every route may answer with. */
  readonly problems?: readonly number[]
}
