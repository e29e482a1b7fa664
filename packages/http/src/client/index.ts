export { type ClientErrorCode, type ClientErrorDetails, ExecutionClientError } from './client-error.ts'
export type { ConnectionState, EventStream, EventStreamOptions } from './event-stream.ts'
export {
  type AccountFilter, type CancelFilter, createExecutionClient, type ExecutionClient, type ExecutionClientOptions, type KeyAnswer, type ListFilter, type PlaceOrderOptions, type ReplaceOrderOptions, type RequestOptions,
} from './execution-client.ts'
export type { AccountAnswer, CancelAnswer } from '../answer/shapes.ts'
export type { ClientTiming, RetryRules } from './retry.ts'
export { signRequests, type SignRequestsOptions } from './sign-requests.ts'
export type { OutgoingRequest } from './transport.ts'
export type { Problem, ProblemError } from '../answer/problem.ts'
