import type { OrderType, Side, TimeInForce } from '@sluice/core'
import { html, nothing, type TemplateResult } from 'lit'
import { sideText, timeInForceText, typeText } from '../format/words.ts'
import { t } from '../language/language.ts'
import { type TicketDraft, type TicketField, usesLimit, usesStop, usesTrail } from './rules.ts'

export interface TicketOptions {
  readonly draft: TicketDraft
  /** What is wrong, by field; only of fields that a person has left. */
  readonly faults: ReadonlyMap<TicketField, string>
  readonly disabled: boolean
  /** Nothing is behind the form yet: it must not be submitted by the browser itself. */
  readonly early: boolean
  readonly change: (event: Event) => void
  readonly leave: (event: Event) => void
  readonly submit: (event: SubmitEvent) => void
}

const sides: readonly Side[] = ['buy', 'sell', 'sell_short']
const types: readonly OrderType[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']
const lifetimes: readonly TimeInForce[] = ['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg', 'cls']

function selectTemplate(name: keyof TicketDraft, label: string, values: readonly (readonly [string, string])[], { draft, disabled, change }: TicketOptions): TemplateResult {
  return html`<div class="field"><label for=${name}>${label}</label><select id=${name} name=${name} part="field" ?disabled=${disabled} @change=${change}>
    ${values.map(([value, text]) => html`<option value=${value} ?selected=${value === draft[name]}>${text}</option>`)}</select></div>`
}

function inputTemplate(name: TicketField, label: string, { draft, faults, disabled, change, leave }: TicketOptions, kind: 'decimal' | 'text' | 'datetime-local' = 'decimal'): TemplateResult {
  const fault = faults.get(name)
  return html`<div class="field ${kind}"><label for=${name}>${label}</label>
    <input id=${name} name=${name} part="field" class=${kind === 'decimal' ? 'number' : ''} type=${kind === 'datetime-local' ? kind : 'text'} inputmode=${kind === 'decimal' ? 'decimal' : 'text'} .value=${draft[name]}
      autocomplete="off" autocapitalize="characters" spellcheck="false" ?disabled=${disabled} aria-invalid=${fault !== undefined} aria-describedby=${`${name}-fault`} @input=${change} @blur=${leave} />
    <p id=${`${name}-fault`} class="fault">${fault ?? nothing}</p></div>`
}

/** The form of an order: only the fields that its type has. */
export function ticketTemplate(options: TicketOptions): TemplateResult {
  const { draft, disabled, early, change, submit } = options
  const { type, side, unit, trailUnit, timeInForce } = draft
  return html`<form class="ticket" part="form" novalidate @submit=${submit}>
    <fieldset class="sides" ?disabled=${disabled}><legend class="hidden-text">${t('Side')}</legend>
      ${sides.map((value) => html`<label class="choice ${value}"><input type="radio" name="side" value=${value} ?checked=${value === side} @change=${change} /><span>${sideText(value)}</span></label>`)}</fieldset>
    ${inputTemplate('symbol', t('Symbol'), options, 'text')}
    ${selectTemplate('type', t('Type'), types.map((value) => [value, typeText(value)]), options)}
    ${inputTemplate('amount', unit === 'quantity' ? t('Quantity') : t('Amount'), options)}
    ${selectTemplate('unit', t('Counted in'), [['quantity', t('Units')], ['notional', t('Money')]], options)}
    ${usesStop(type) ? inputTemplate('stopPrice', t('Stop price'), options) : nothing}
    ${usesLimit(type) ? inputTemplate('limitPrice', t('Limit price'), options) : nothing}
    ${usesTrail(type) ? html`${inputTemplate('trail', t('Trail'), options)}${selectTemplate('trailUnit', t('Trail in'), [['amount', t('Price')], ['percent', t('Percent')]], { ...options, draft: { ...draft, trailUnit } })}` : nothing}
    ${selectTemplate('timeInForce', t('Time in force'), lifetimes.map((value) => [value, timeInForceText(value)]), options)}
    ${timeInForce === 'gtd' ? inputTemplate('expireAt', t('Expires'), options, 'datetime-local') : nothing}
    <label class="check-line"><input type="checkbox" name="extendedHours" ?checked=${draft.extendedHours} ?disabled=${disabled} @change=${change} />${t('Extended hours too')}</label>
    <button type="submit" class="large primary ${side}" part="submit-button" ?disabled=${early} aria-disabled=${disabled || early}>${t('Review: {0}', early ? '…' : `${sideText(side)} ${draft.amount} ${draft.symbol.toUpperCase()}`.replaceAll(/ +/g, ' ').trim())}</button>
  </form>`
}
