import { ExecutionClientError } from '../store/client.ts'
import type { Fault } from './phase.ts'

/** The order may have been recorded although the call failed. */
export function isOutcomeUnknown(error: unknown): boolean {
  // What the client did not classify says nothing about the server: never take it for a refusal.
  return !ExecutionClientError.isInstance(error) || error.code === 'OUTCOME_UNKNOWN'
}

export function faultOf(error: unknown): Fault {
  if (!ExecutionClientError.isInstance(error)) {
    return { code: 'NETWORK', message: 'The server could not be reached.', retryable: true }
  }
  const { attemptsLeft, errors } = error.problem ?? {}
  const details = errors?.map((issue) => issue.message).join(' ')
  return {
    code: error.code,
    message: details === undefined || details === '' ? error.message : `${error.message}: ${details}`,
    retryable: error.retryable,
    ...(attemptsLeft !== undefined && { attemptsLeft }),
  }
}
