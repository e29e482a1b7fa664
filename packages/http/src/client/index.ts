export { type ClientErrorCode, type ClientErrorDetails, ExecutionClientError } from './client-error.ts'
export type { ConnectionState, EventStream, EventStreamOptions } from './event-stream.ts'
export {
  createExecutionClient, type ExecutionClient, type ExecutionClientOptions, type PlaceOrderOptions, type ReplaceOrderOptions, type RequestOptions,
} from './execution-client.ts'
export type { Problem, ProblemError } from '../answer/problem.ts'
