/** What goes wrong with one answer. `effect`: whether the request is carried out all the same. */
export type HttpFaultKind =
  | { readonly kind: 'delay'; readonly milliseconds: number }
  /** Another answer than the true one. Default effect: none. */
  | { readonly kind: 'answer'; readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>>; readonly effect?: boolean }
  /** No usable answer: connection reset or ended, silence, broken JSON, half a body, no body, `null`, `{}`. Default effect: carried out. */
  | { readonly kind: 'reset' | 'end' | 'hang' | 'malformed' | 'truncated' | 'empty' | 'null' | 'empty_object'; readonly effect?: boolean }
  /** Carried out and answered, but look-ups of the order answer 404 for a while. */
  | { readonly kind: 'invisible'; readonly milliseconds: number }

export type HttpFault = HttpFaultKind & {
  /** Default: any. */
  readonly method?: string
  /** The path without its query: exact text or a pattern. Default: any. */
  readonly path?: string | RegExp
  /** The first matching request it strikes, from 1. Default 1. */
  readonly nth?: number
  /** How many requests it strikes. Default 1. */
  readonly times?: number
  readonly when?: (request: FaultedRequest) => boolean
}

export interface FaultedRequest {
  readonly method: string
  readonly path: string
  readonly body: unknown
}

/** The faults that wait for their requests. */
export interface FaultBook {
  add(...faults: readonly HttpFault[]): void
  clear(): void
  /** The faults that have struck, in order. */
  struck(): readonly HttpFault[]
  /** The fault that strikes this request. */
  take(request: FaultedRequest): HttpFault | undefined
}

export function createFaultBook(): FaultBook {
  const struck: HttpFault[] = []
  let waiting: { readonly fault: HttpFault; seen: number }[] = []
  const matches = ({ method, path, when }: HttpFault, request: FaultedRequest): boolean =>
    (method === undefined || method === request.method)
    && (path === undefined || (typeof path === 'string' ? path === request.path : path.test(request.path)))
    && (when === undefined || when(request))
  return {
    add: (...faults) => { waiting.push(...faults.map((fault) => ({ fault, seen: 0 }))) },
    clear: () => { waiting = [] },
    struck: () => struck,
    take: (request) => {
      for (const entry of waiting) {
        const { fault } = entry
        if (!matches(fault, request)) continue
        entry.seen += 1
        const first = fault.nth ?? 1
        if (entry.seen < first) continue
        if (entry.seen >= first + (fault.times ?? 1) - 1) waiting = waiting.filter((other) => other !== entry)
        struck.push(fault)
        return fault
      }
      return undefined
    },
  }
}
