import { ExecutionClientError } from '@sluice/http/client'
import { reasonText } from '../format/reasons.ts'
import { t } from '../language/language.ts'
import type { Fault } from './phase.ts'

/** The command may have taken effect although the call failed. */
export function isOutcomeUnknown(error: unknown): boolean {
  // What the client did not classify says nothing about the server: never take it for a refusal. A server that failed does not
  // know either, but for a few words that say that nothing was recorded.
  if (!ExecutionClientError.isInstance(error) || error.code === 'OUTCOME_UNKNOWN') return true
  return error.status >= 500 && !/^(?:BUSY|OVERLOADED|ABORTED|RESCUE_MODE|AUTH.*_UNAVAILABLE)$/.test(error.code)
}

export function faultOf(error: unknown): Fault {
  if (!ExecutionClientError.isInstance(error) || error.code === 'OUTCOME_UNKNOWN' || error.code === 'NETWORK_FAILED') {
    return { code: 'NO_ANSWER', message: t('The server did not answer.'), retryable: true }
  }
  const { attemptsLeft, errors } = error.problem ?? {}
  const details = errors?.map((issue) => `${issue.pointer} ${issue.message}`.trim()).join('; ')
  return {
    code: error.code,
    message: details === undefined || details === '' ? reasonText(error) : details,
    retryable: error.retryable,
    ...(attemptsLeft !== undefined && { attemptsLeft }),
  }
}

function attempts({ attemptsLeft }: Fault): string {
  if (attemptsLeft === undefined) return ''
  return ` ${attemptsLeft === 1 ? t('1 attempt left.') : t('{0} attempts left.', attemptsLeft)}`
}

/** What went wrong with a code, in one sentence. */
export function faultSentence(fault: Fault): string {
  return `${fault.code === 'APPROVAL_REFUSED' ? t('This code is not right.') : fault.message}${attempts(fault)}`
}
