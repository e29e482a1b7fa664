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

/** `Authorization: Bearer zqcanary-NAME`, or `Cookie: session=zqcanary-NAME`: canaries that must appear nowhere. */
export const authenticate: ExecutionApiOptions['authenticate'] = ({ headers }) => {
  const cookie = /^session=zqcanary-(\w+)$/.exec(headers.get('Cookie') ?? '')?.[1]
  const token = cookie ?? /^Bearer zqcanary-(\w+)$/.exec(headers.get('Authorization') ?? '')?.[1]
  const principal = token === undefined ? undefined : principals[token]
  if (principal === undefined) return null
  return { ...principal, via: cookie === undefined ? 'bearer' : 'cookie' }
}
