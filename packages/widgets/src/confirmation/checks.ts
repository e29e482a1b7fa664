import type { DecisionRecord, Denial, Preflight } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { measured } from '../format/measured.ts'
import { guardName, reasonText } from '../format/reasons.ts'
import { t } from '../language/language.ts'
import { icon } from '../styles/icons.ts'

const verdictWords = { allow: 'passed', reject: 'denied', challenge: 'asks for a code' } as const
const verdictIcons = { allow: 'check', reject: 'refused', challenge: 'approval' } as const

function tone(decision: DecisionRecord): string {
  if (decision.verdict !== 'allow') return decision.verdict
  return decision.warning === undefined ? 'allow' : 'warned'
}

/** The first denial and every challenge are told in full above the list. */
function checkTemplate(decision: DecisionRecord, denial: Denial | undefined): TemplateResult {
  const { verdict, warning, message, code } = decision
  const told = verdict !== 'reject' || (denial?.guard === decision.guard && denial.code === code)
  return html`<li class="check ${tone(decision)}" part="check check-${verdict}">
    ${icon(verdictIcons[verdict])}
    <span class="name">${guardName(decision.guard)}<span class="hidden-text">: ${t(verdictWords[verdict])}</span></span>
    <span class="number value">${measured(decision)}${warning === undefined ? nothing : html`<span class="warning">, ${t('over {0} %', warning)}</span>`}</span>
    ${told ? nothing : html`<span class="reason">${reasonText({ code: code ?? '', message: message ?? '' })} <span class="code">${code}</span></span>`}
  </li>`
}

function summary({ decisions, verdict }: Preflight): string {
  const passed = decisions.filter((decision) => decision.verdict === 'allow').length
  if (verdict === 'allow') return t('All {0} passed', decisions.length)
  return t('{0} of {1} passed', passed, decisions.length)
}

/** The guards' real answers, in the order they ran. */
export function checksTemplate(preflight: Preflight | undefined): TemplateResult {
  if (preflight === undefined) {
    return html`<section class="checks" aria-label=${t('Checks')}>
      <h3>${t('Checks')} <span class="quiet">${t('Asking the guards…')}</span></h3>
      <div class="progress" aria-hidden="true"></div>
    </section>`
  }
  return html`<section class="checks" part="checks" aria-label=${t('Checks')}>
    <h3>${t('Checks')} <span class="quiet">${summary(preflight)}</span></h3>
    <ul tabindex="0" aria-label=${t('Results of the checks')}>${preflight.decisions.map((decision) => checkTemplate(decision, preflight.denial))}</ul>
  </section>`
}

/** Why the order may not go, or why it needs a code. */
export function reasonTemplate(reasons: readonly Denial[], tone: 'danger-text' | 'caution'): TemplateResult {
  return html`${reasons.map((reason) => html`<p class="notice ${tone}" part="notice">
    ${icon(tone === 'caution' ? 'approval' : 'refused')}
    <span><strong>${reasonText(reason)}</strong>
      <span class="facts">${reason.guard === undefined ? nothing : html`<span>${guardName(reason.guard)}</span>`}
        <span class="number">${measured(reason)}</span> <span class="code">${reason.code}</span></span></span>
  </p>`)}`
}
