export { type LineProxy, lineProxy } from './line-proxy.ts'
export { type PostgresServer, startPostgres } from './start-postgres.ts'
