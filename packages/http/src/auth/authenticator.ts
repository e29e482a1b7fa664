import type { ExecutionApiOptions } from '../api/execution-api-options.ts'

/** What `authenticate` takes. */
export type Authenticator = ExecutionApiOptions['authenticate']

/** The first principal that one of them knows. What one throws is thrown: to be unsure is not to be nobody. */
export function anyOf(...authenticators: readonly Authenticator[]): Authenticator {
  return async (request, environment) => {
    for (const authenticate of authenticators) {
      const principal = await authenticate(request, environment)
      if (principal !== null) return principal
    }
    return null
  }
}

/** The token of `Authorization: Bearer TOKEN`. */
export function bearerOf(request: Request): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(request.headers.get('Authorization') ?? '')?.[1]
}
