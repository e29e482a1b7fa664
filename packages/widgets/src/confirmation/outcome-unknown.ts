import { ExecutionClientError } from '@sluice/http/client'

/** The command may have taken effect although the call failed. */
export function isOutcomeUnknown(error: unknown): boolean {
  // What the client did not classify says nothing about the server: never take it for a refusal. A server that failed does not
  // know either, but for a few words that say that nothing was recorded.
  if (!ExecutionClientError.isInstance(error) || error.code === 'OUTCOME_UNKNOWN') return true
  return error.status >= 500 && !/^(?:BUSY|OVERLOADED|ABORTED|RESCUE_MODE|AUTH.*_UNAVAILABLE)$/.test(error.code)
}
