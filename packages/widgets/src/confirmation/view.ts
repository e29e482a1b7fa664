import { html, nothing, type TemplateResult } from 'lit'
import { icon } from '../styles/icons.ts'
import type { OrderRow } from '../orders/order-row.ts'
import { checksTemplate, reasonTemplate } from './checks.ts'
import { codeFormTemplate } from './code-form.ts'
import type { Confirmation } from './confirmation.ts'
import { absentTemplate, failedTemplate, outcomeTemplate, unknownTemplate } from './outcome.ts'
import { isInFlight, type Phase } from './phase.ts'
import { headlineText, ticketTemplate } from './ticket.ts'

/** What the main button says and does. */
export interface PrimaryAction {
  readonly label: string
  readonly action: 'place' | 'check' | 'approve' | 'look' | 'wait'
  readonly enabled: boolean
}

export function primaryOf(confirmation: Confirmation, armed: boolean): PrimaryAction | undefined {
  const { phase } = confirmation
  switch (phase.kind) {
    case 'checking': return { label: headlineText(confirmation.request), action: 'wait', enabled: false }
    case 'review':
      if (phase.expired) return { label: 'Check again', action: 'check', enabled: true }
      return { label: headlineText(confirmation.request), action: 'place', enabled: armed && confirmation.isReady }
    case 'check_failed': return { label: 'Check again', action: 'check', enabled: true }
    case 'sending': return { label: 'Sending…', action: 'wait', enabled: false }
    case 'challenge': return { label: 'Approve and send', action: 'approve', enabled: true }
    case 'approving': return { label: 'Sending…', action: 'wait', enabled: false }
    case 'unknown': return { label: phase.looking ? 'Checking…' : 'Check again', action: 'look', enabled: !phase.looking }
    case 'absent': return { label: 'Review again', action: 'check', enabled: true }
    case 'failed': return phase.fault.retryable ? { label: 'Review again', action: 'check', enabled: true } : undefined
    case 'outcome': return undefined
  }
}

/** The other button: it never sends anything. */
export function secondaryLabel(phase: Phase): string {
  return phase.kind === 'checking' || phase.kind === 'review' || phase.kind === 'check_failed' || phase.kind === 'sending' ? 'Cancel' : 'Close'
}

/** What a screen reader hears when the phase changes. */
export function phaseWords(phase: Phase, row: OrderRow | undefined): string {
  switch (phase.kind) {
    case 'checking': return 'Checking the order'
    case 'review':
      if (phase.expired) return 'The checks are too old. Check again.'
      if (phase.preflight.verdict === 'reject') return `Denied: ${phase.preflight.denial?.message ?? 'a guard refuses the order'}`
      return phase.preflight.verdict === 'challenge' ? 'Checked. A code will be asked for.' : 'All checks passed'
    case 'check_failed': return 'The order could not be checked'
    case 'sending': return 'Sending the order'
    case 'challenge': return 'The order waits for a code'
    case 'approving': return 'Checking the code'
    case 'unknown': return 'The outcome is unknown. The order may have been accepted.'
    case 'absent': return 'The order was not placed'
    case 'failed': return `The order was not placed: ${phase.fault.message}`
    case 'outcome': return `Order ${(row?.status ?? phase.order.status).replaceAll('_', ' ')}`
  }
}

function reviewTemplate(confirmation: Confirmation): TemplateResult {
  const { phase, request, account } = confirmation
  const preflight = phase.kind === 'review' ? phase.preflight : undefined
  return html`${ticketTemplate(request, account, preflight)}
    ${preflight?.denial === undefined ? nothing : reasonTemplate([preflight.denial], 'danger-text')}
    ${preflight === undefined || preflight.verdict === 'reject' ? nothing : reasonTemplate(preflight.challenges, 'caution')}
    ${phase.kind === 'review' && phase.expired ? html`<p class="notice caution">${icon('wait')}<span>These checks are too old to act on.</span></p>` : nothing}
    ${checksTemplate(preflight)}`
}

/** What the dialog shows between its headline and its buttons. */
export function bodyTemplate(confirmation: Confirmation, row: OrderRow | undefined, submitCode: (event: SubmitEvent) => void): TemplateResult {
  const { phase, request, account } = confirmation
  switch (phase.kind) {
    case 'checking':
    case 'review': return reviewTemplate(confirmation)
    case 'check_failed': return html`${ticketTemplate(request, account, undefined)}
      <p class="notice danger-text" role="alert">${icon('refused')}<span>The order could not be checked, so it cannot be sent. ${phase.fault.message}</span></p>`
    case 'sending': return html`${ticketTemplate(request, account, undefined)}<div class="progress" aria-hidden="true"></div>`
    case 'challenge': return codeFormTemplate({ order: phase.order, fault: phase.fault, busy: false, submit: submitCode })
    case 'approving': return codeFormTemplate({ order: phase.order, busy: true, submit: submitCode })
    case 'unknown': return unknownTemplate(phase.looking)
    case 'absent': return absentTemplate()
    case 'failed': return failedTemplate(phase.fault)
    case 'outcome': return row === undefined ? html`` : outcomeTemplate(row)
  }
}

/** What Escape may do: nothing while an answer is on its way. */
export function closedBy(phase: Phase): 'none' | 'closerequest' {
  return isInFlight(phase) ? 'none' : 'closerequest'
}
