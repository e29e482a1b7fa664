import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import { refuse } from '../answer/refusal.ts'
import type { Route } from './call.ts'

/** A route and the order its path names. */
interface Found {
  readonly route: Route
  readonly orderId: string
}

export interface Router {
  /** @throws Refusal 404, or 405 with the methods that there are */
  find(method: string, path: string): Found
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Hono's router without Hono around it: a context and a response for each request would cost more than the order. */
export function createRouter(routes: readonly Route[], basePath: string): Router {
  const router = new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const route of routes) router.add(route.method, basePath + route.path, route)
  const match = (method: string, path: string): Found | undefined => {
    const [[first], stash] = router.match(method, path)
    if (first === undefined) return undefined
    const [route, parameters] = first
    const parameter: string | number | undefined = parameters['id']
    const id = typeof parameter === 'number' ? stash?.[parameter] : parameter
    return { route, orderId: id === undefined ? '' : decode(id) }
  }
  return {
    find: (method, path) => {
      const found = match(method === 'HEAD' ? 'GET' : method, path)
      if (found !== undefined) return found
      const allowed = METHODS.filter((other) => match(other, path) !== undefined)
      if (allowed.length === 0) throw refuse(404, 'ROUTE_NOT_FOUND', 'There is nothing at this address.')
      throw refuse(405, 'METHOD_NOT_ALLOWED', `Use ${allowed.join(' or ')} here.`, {}, { Allow: allowed.join(', ') })
    },
  }
}
