import { refuse } from '../answer/refusal.ts'
import type { ApiRequest } from '../api/api-request.ts'
import type { Principal } from './principal.ts'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}

/** Whether the browser says that a page of our own, or the user, sent the request. A page of another site cannot say so. */
function isOwnPage(request: ApiRequest, origins: ReadonlySet<string>): boolean {
  const origin = request.header('origin')
  if (origin !== undefined && origins.has(origin)) return true
  const site = request.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  return origin !== undefined && hostOf(origin) === hostOf(request.origin)
}

/**
 * Browsers send cookies with requests that other sites start. A principal known by a cookie may change something only from a
 * page of the endpoint's own origin. (That bodies must be JSON is asked of everyone.)
 * @throws Refusal 403
 */
export function refuseCrossSite(request: ApiRequest, principal: Principal, origins: ReadonlySet<string>): void {
  if (principal.via !== 'cookie' || SAFE.has(request.method) || isOwnPage(request, origins)) return
  throw refuse(403, 'CROSS_SITE_REFUSED', 'Requests with cookies must come from a page of this origin.')
}
