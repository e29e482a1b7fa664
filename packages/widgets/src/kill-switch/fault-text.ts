import { faultSentence } from '../confirmation/fault.ts'
import type { Fault } from '../confirmation/phase.ts'
import { t } from '../language/language.ts'

export function faultText(fault: Fault): string {
  return fault.code === 'NO_ANSWER' ? t('The server has not confirmed this. Try again: it does no harm twice.') : faultSentence(fault)
}
