import type { PendingApprovalOrder } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { formatClock } from '../format/times.ts'
import { t } from '../language/language.ts'
import { reasonTemplate } from './checks.ts'
import { faultSentence } from './fault.ts'
import type { Fault } from './phase.ts'

export interface CodeFormOptions {
  readonly order: PendingApprovalOrder
  readonly fault?: Fault | undefined
  readonly busy: boolean
  readonly submit: (event: SubmitEvent) => void
}

/** Asks for the code that the order waits for: one field, pasting allowed, nothing remembered. */
export function codeFormTemplate({ order, fault, busy, submit }: CodeFormOptions): TemplateResult {
  const { challenge } = order
  return html`${reasonTemplate(challenge.reasons, 'caution')}
    <form id="code-form" class="code-form" @submit=${submit}>
      <label for="code">${t('Approval code')}</label>
      <input id="code" part="code-input" class="number" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" required spellcheck="false"
        ?readonly=${busy} aria-invalid=${fault !== undefined} aria-describedby="code-fault code-hint" />
      <p id="code-fault" class="fault" role="alert">${fault === undefined ? nothing : faultSentence(fault)}</p>
      <p id="code-hint" class="quiet">${t('The order waits until {0}.', formatClock(challenge.expiresAt))} ${t('The code approves this order only.')}</p>
    </form>`
}
