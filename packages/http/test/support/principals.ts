import type { ExecutionApiOptions, Principal } from '../../src/index.ts'

/** Tokens and who they speak for. */
const principals: Readonly<Record<string, Principal>> = {
  alice: { id: 'alice', accounts: ['main'] },
  bob: { id: 'bob', accounts: ['other'] },
  root: { id: 'root', accounts: '*' },
  reader: { id: 'reader', accounts: ['main'], rights: ['read'] },
  trader: { id: 'trader', accounts: ['main'], rights: ['trade'] },
  nobodys: { id: 'nobodys', accounts: [] },
}

/** `Authorization: Bearer NAME`, or `Cookie: session=NAME`. */
export const authenticate: ExecutionApiOptions['authenticate'] = ({ headers }) => {
  const cookie = /^session=(\w+)$/.exec(headers.get('Cookie') ?? '')?.[1]
  const token = cookie ?? /^Bearer (\w+)$/.exec(headers.get('Authorization') ?? '')?.[1]
  const principal = token === undefined ? undefined : principals[token]
  if (principal === undefined) return null
  return { ...principal, via: cookie === undefined ? 'bearer' : 'cookie' }
}
