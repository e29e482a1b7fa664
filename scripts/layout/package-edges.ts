import { isWithin, type Rule } from './edge.ts'

const client = 'packages/http/src/client'

/** A package is entered by its exports, never by a path. */
export const noPathsIntoPackages: Rule = (edge) => {
  const target = edge.target
  if (target === undefined || isWithin(target, edge.home)) return undefined
  if (edge.home.startsWith('packages/')) {
    const configuration = !isWithin(edge.file, `${edge.home}/src`) && !isWithin(edge.file, `${edge.home}/test`)
    return configuration ? undefined : `${edge.specifier} leaves ${edge.home}: import a package by its name`
  }
  return target.startsWith('packages/') ? `${edge.specifier} reaches into a package: import it by its name` : undefined
}

/** The command line reads journals of PostgreSQL where that package is installed: one file loads it when it is asked to. */
const readsPostgres = 'packages/cli/src/journal/open-postgres.ts'

/** Core imports no sibling; everyone else imports core alone, and testkit in tests. Examples and benches import all. */
export const packagesPointToCore: Rule = (edge) => {
  const sibling = /^@sluice\/[^/]+/.exec(edge.specifier)?.[0]
  if (sibling === undefined || !edge.home.startsWith('packages/')) return undefined
  if (sibling === `@sluice/${edge.home.slice('packages/'.length)}`) return undefined
  if (sibling === '@sluice/testkit' && edge.test) return undefined
  if (edge.home === 'packages/cli' && sibling === '@sluice/journal-postgres' && (edge.test || edge.file === readsPostgres)) return undefined
  if (edge.home === 'packages/widgets' && edge.specifier === '@sluice/http/client') return undefined
  if (sibling === '@sluice/core' && edge.home !== 'packages/core') return undefined
  return `${edge.home} may not import ${edge.specifier}`
}

/** `@sluice/core/testing` makes approved orders: it is for tests and for the packages' own testing rooms. */
export const testingIsForTests: Rule = (edge) =>
  edge.specifier === '@sluice/core/testing' &&
  !edge.test &&
  edge.home.startsWith('packages/') &&
  edge.home !== 'packages/testkit' &&
  !isWithin(edge.file, `${edge.home}/src/testing`)
    ? '@sluice/core/testing is for tests'
    : undefined

/** A page loads lit, the client and the widgets: nothing else. */
export const pagesStaySmall: Rule = (edge) => {
  if (edge.home !== 'packages/widgets' || !isWithin(edge.file, 'packages/widgets/src') || edge.test) return undefined
  const allowed =
    edge.target !== undefined ||
    /^(?:lit|@lit\/[^/]+)(?:\/|$)/.test(edge.specifier) ||
    edge.specifier === '@sluice/http/client' ||
    (edge.specifier.startsWith('@sluice/') && edge.typeOnly)
  return allowed ? undefined : `widgets may import only lit, @sluice/http/client and types of @sluice/core, not ${edge.specifier}`
}

/** The client has no runtime dependency: not hono, not core, not the server beside it. */
export const clientStandsAlone: Rule = (edge) =>
  isWithin(edge.file, client) && !edge.test && !edge.typeOnly && !isWithin(edge.target ?? edge.specifier, client)
    ? `the client has no runtime dependency: import only types of ${edge.specifier}`
    : undefined
