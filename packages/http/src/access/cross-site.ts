import { refuse } from '../answer/refusal.ts'
import type { Principal } from './principal.ts'

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD'])

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined
}

/** Whether the browser says that a page of our own, or the user, sent the request. A page of another site cannot say so. */
function isOwnPage({ headers, url }: Request, origins: readonly string[]): boolean {
  const origin = headers.get('Origin')
  if (origin !== null && origins.includes(origin)) return true
  const site = headers.get('Sec-Fetch-Site')
  if (site !== null) return site === 'same-origin' || site === 'none'
  return origin !== null && hostOf(origin) === hostOf(url)
}

/**
 * Browsers send cookies with requests that other sites start. A principal known by a cookie may change something only from a
 * page of the endpoint's own origin. (That bodies must be JSON is asked of everyone.)
 * @throws Refusal 403
 */
export function refuseCrossSite(request: Request, principal: Principal, origins: readonly string[]): void {
  if (principal.via !== 'cookie' || SAFE.has(request.method) || isOwnPage(request, origins)) return
  throw refuse(403, 'CROSS_SITE_REFUSED', 'Requests with cookies must come from a page of this origin.')
}
