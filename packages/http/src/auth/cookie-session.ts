import type { RequestEnvironment } from '../api/execution-api-options.ts'
import type { Principal } from '../access/principal.ts'
import type { Authenticator } from './authenticator.ts'

export interface CookieSessionOptions {
  /** The cookie's name. Set it `HttpOnly; Secure; SameSite=Strict`, best with the prefix `__Host-`. */
  readonly name: string
  /** Who a session speaks for; null for none. */
  readonly principalOf: (value: string, environment: RequestEnvironment) => Principal | null | Promise<Principal | null>
}

/** The value of a cookie; undefined also when it is there twice, which is what a neighbour's planted cookie looks like. */
function cookieOf(header: string, name: string): string | undefined {
  const values = header.split(';').flatMap((part) => {
    const [key, ...rest] = part.trim().split('=')
    return key === name ? [rest.join('=')] : []
  })
  return values.length === 1 ? values[0] : undefined
}

/**
 * A session cookie of the host. Whatever changes something must then come from a page of the endpoint's own origin, or of one in
 * `origins`: browsers send cookies with requests that other sites start.
 */
export function cookieSession({ name, principalOf }: CookieSessionOptions): Authenticator {
  return async (request, environment) => {
    const value = cookieOf(request.headers.get('Cookie') ?? '', name)
    if (value === undefined || value === '') return null
    const principal = await principalOf(value, environment)
    return principal === null ? null : { ...principal, via: 'cookie' }
  }
}
