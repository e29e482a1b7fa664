import { ExecutionClientError } from '@sluice/http/client'
import { reasonText } from '../format/reasons.ts'
import { t } from '../language/language.ts'
import type { Fault } from './phase.ts'

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
