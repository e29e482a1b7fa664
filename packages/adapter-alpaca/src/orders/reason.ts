import type { RestFailure } from '../rest/classify-error.ts'

/** What a failure says, for people. */
export function reasonOf(failure: RestFailure): string {
  switch (failure.kind) {
    case 'refused': return `Alpaca answered ${failure.status}: ${failure.message}`
    case 'duplicate': return 'Alpaca has seen this client order id before'
    case 'not_sent':
    case 'ambiguous': return failure.reason
  }
}
