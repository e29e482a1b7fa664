import { html, nothing, type TemplateResult } from 'lit'
import { reasonText } from '../format/reasons.ts'
import { statusText } from '../format/words.ts'
import { t } from '../language/language.ts'
import { icon } from '../styles/icons.ts'
import type { OrderRow } from '../orders/order-row.ts'
import type { Connection } from '../store/connection.ts'
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

/** What keeps a valid review from being sent yet. */
export interface Arming {
  /** The time in which a click counts as an accident is over. */
  readonly armed: boolean
  /** The phrase to type, where the order passes the soft limit. */
  readonly phrase?: string | undefined
  readonly typed: string
  /** Something lies over the button. */
  readonly covered: boolean
}

/** Whether what was typed is what was asked for. */
function isTyped({ phrase, typed }: Arming): boolean {
  return phrase === undefined || typed.trim().toUpperCase() === phrase.toUpperCase()
}

export function primaryOf(confirmation: Confirmation, arming: Arming): PrimaryAction | undefined {
  const { phase } = confirmation
  switch (phase.kind) {
    case 'checking': return { label: headlineText(confirmation.request), action: 'wait', enabled: false }
    case 'review':
      if (phase.expired) return { label: t('Check again'), action: 'check', enabled: true }
      return { label: headlineText(confirmation.request), action: 'place', enabled: arming.armed && !arming.covered && isTyped(arming) && confirmation.isReady }
    case 'check_failed': return { label: t('Check again'), action: 'check', enabled: true }
    case 'sending': return { label: t('Sending…'), action: 'wait', enabled: false }
    case 'challenge': return { label: t('Approve and send'), action: 'approve', enabled: true }
    case 'approving': return { label: t('Sending…'), action: 'wait', enabled: false }
    case 'unknown': return { label: phase.looking ? t('Checking…') : t('Check again'), action: 'look', enabled: !phase.looking }
    case 'absent':
    case 'failed':
    case 'outcome': return undefined
  }
}

/** The other button: it never sends anything. */
export function secondaryLabel(phase: Phase): string {
  return phase.kind === 'checking' || phase.kind === 'review' || phase.kind === 'check_failed' || phase.kind === 'sending' ? t('Cancel') : t('Close')
}

/** What a screen reader hears when the phase changes. */
export function phaseWords(phase: Phase, row: OrderRow | undefined): string {
  switch (phase.kind) {
    case 'checking': return t('Checking the order')
    case 'review':
      if (phase.expired) return t('The checks are too old. Check again.')
      if (phase.preflight.verdict === 'reject') return t('Denied: {0}', phase.preflight.denial === undefined ? '' : reasonText(phase.preflight.denial))
      return phase.preflight.verdict === 'challenge' ? t('Checked. A code will be asked for.') : t('All checks passed')
    case 'check_failed': return t('The order could not be checked')
    case 'sending': return t('Sending the order')
    case 'challenge': return t('The order waits for a code')
    case 'approving': return t('Checking the code')
    case 'unknown': return t('The outcome is unknown. The order may have been accepted.')
    case 'absent': return t('The order was not sent')
    case 'failed': return `${t('The order was not placed')}: ${phase.fault.message}`
    case 'outcome': return `${t('Order')}: ${statusText(row?.status ?? phase.order.status)}`
  }
}

export interface BodyOptions {
  readonly row: OrderRow | undefined
  readonly arming: Arming
  readonly connection: Connection
  /** Seconds until the checks are too old. */
  readonly secondsLeft: number
  readonly submitCode: (event: SubmitEvent) => void
  readonly type: (event: InputEvent) => void
  readonly renew: () => void
}

function noticeTemplate(text: string, shape: 'wait' | 'refused' = 'wait'): TemplateResult {
  return html`<p class="notice caution" part="notice">${icon(shape)}<span>${text}</span></p>`
}

/** How long the checks hold, and a way to ask again before they do not. */
function expiryTemplate({ expired }: Extract<Phase, { kind: 'review' }>, { secondsLeft, renew }: BodyOptions): TemplateResult {
  if (expired) return noticeTemplate(t('These checks are too old to act on.'))
  return html`<p class="expiry" part="expiry"><span class="quiet number">${t('These checks hold for {0} s.', secondsLeft)}</span>
    <button type="button" class="link" part="renew-button" @click=${renew}>${t('Check again')}</button></p>`
}

/** An order over the soft limit is typed, not only clicked. */
function phraseTemplate({ phrase, typed }: Arming, type: (event: InputEvent) => void): TemplateResult | typeof nothing {
  if (phrase === undefined) return nothing
  return html`<div class="phrase"><label for="phrase">${t('This order passes the soft limit. Type {0} to confirm it.', phrase)}</label>
    <input id="phrase" part="phrase-input" .value=${typed} autocomplete="off" autocapitalize="characters" spellcheck="false" @input=${type} /></div>`
}

function reviewTemplate(confirmation: Confirmation, options: BodyOptions): TemplateResult {
  const { phase, request, account } = confirmation
  const { arming, connection, type } = options
  const preflight = phase.kind === 'review' ? phase.preflight : undefined
  return html`${ticketTemplate(request, account, preflight)}
    ${preflight?.denial === undefined ? nothing : reasonTemplate([preflight.denial], 'danger-text')}
    ${preflight === undefined || preflight.verdict === 'reject' ? nothing : reasonTemplate(preflight.challenges, 'caution')}
    ${connection.phase === 'live' || connection.phase === 'connecting' ? nothing : noticeTemplate(t('The page is not connected: it may not show what became of the order at once.'))}
    ${arming.covered ? noticeTemplate(t('Something covers the button. Uncover it to go on.'), 'refused') : nothing}
    ${checksTemplate(preflight)}
    ${phase.kind === 'review' && preflight?.verdict !== 'reject' ? html`${expiryTemplate(phase, options)}${phraseTemplate(arming, type)}` : nothing}`
}

/** What the dialog shows between its headline and its buttons. */
export function bodyTemplate(confirmation: Confirmation, options: BodyOptions): TemplateResult {
  const { row, submitCode } = options
  const { phase, request, account } = confirmation
  switch (phase.kind) {
    case 'checking':
    case 'review': return reviewTemplate(confirmation, options)
    case 'check_failed': return html`${ticketTemplate(request, account, undefined)}
      <p class="notice danger-text" role="alert">${icon('refused')}<span>${t('The order could not be checked, so it cannot be sent.')} ${phase.fault.message}</span></p>`
    case 'sending': return html`${ticketTemplate(request, account, undefined)}<div class="progress" aria-hidden="true"></div>`
    case 'challenge': return codeFormTemplate({ order: phase.order, fault: phase.fault, busy: false, submit: submitCode })
    case 'approving': return codeFormTemplate({ order: phase.order, busy: true, submit: submitCode })
    case 'unknown': return unknownTemplate(phase)
    case 'absent': return absentTemplate()
    case 'failed': return failedTemplate(phase.fault)
    case 'outcome': return row === undefined ? html`` : outcomeTemplate(row)
  }
}

/** What Escape may do: nothing while an answer is on its way. */
export function closedBy(phase: Phase): 'none' | 'closerequest' {
  return isInFlight(phase) ? 'none' : 'closerequest'
}
