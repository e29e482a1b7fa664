import type { GuardStatus } from '@sluice/core'
import { type CSSResultGroup, html, nothing, svg, type TemplateResult } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import { formatNumber } from '../format/numbers.ts'
import { guardName } from '../format/reasons.ts'
import { sideText } from '../format/words.ts'
import { t } from '../language/language.ts'
import { panelTemplate } from '../parts/panel.ts'
import type { ExecutionStore, StoreChange } from '../store/execution-store.ts'
import { base } from '../styles/base.ts'
import { icon } from '../styles/icons.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { limitsStyles } from '../styles/limits.ts'
import { StoreElement } from './store-element.ts'

type Use = GuardStatus['uses'][number]

/** So many bars are shown until somebody asks for all. */
const FIRST = 6

/** Options that say more than the guard's own name and what the limit is about. */
const optionNames: Readonly<Record<string, string>> = { burst: 'Burst', gross: 'Gross', net: 'Net', leverage: 'Leverage', percent: 'Percent of the equity', accountAbove: 'Whole account' }

/** Whole percent, for people only: the guards compare exact numbers. */
function percentOf({ used, maximum }: Use): number {
  const share = Number(used.replace('-', '')) / Number(maximum)
  return Number.isFinite(share) ? Math.round(100 * share) : 100
}

/** Of hundreds and more nobody reads thousandths. Cut off, so that a limit never looks reached before it is. */
function usedOf({ used, maximum }: Use): string {
  return formatNumber(/^\d{3}/.test(maximum) ? used.replace(/(\.\d\d)\d+$/, '$1') : used)
}

/**
 * Each limit in force and how much of it is used, the fullest first.
 *
 * @slot heading - The title; default `Limits`.
 * @csspart panel - The whole widget.
 * @csspart header - The line with title and connection.
 * @csspart connection - The state of the connection.
 * @csspart notice - Why nothing new is shown.
 * @csspart limit - One limit.
 * @csspart bar - How much of it is used.
 * @csspart more-button - Shows all limits, or the fullest only.
 */
export class SluiceRiskLimits extends StoreElement {
  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, limitsStyles]

  #all = false

  protected override storeChanged(change: StoreChange): void {
    if (change.limits || change.connection) this.requestUpdate()
  }

  protected override watch(store: ExecutionStore): () => void {
    return store.watchLimits()
  }

  override render(): TemplateResult {
    const { connection } = this
    const limits = this.source.store?.limits
    const waiting = html`<p class="empty" aria-busy="true">${connection.phase === 'denied' ? t('No access') : t('Loading limits…')}</p>`
    return panelTemplate({ title: t('Limits'), connection, body: limits === undefined ? waiting : this.#list(limits) })
  }

  #list(limits: readonly GuardStatus[]): TemplateResult {
    const missing = limits.flatMap((guard) => Object.entries(guard.missing ?? {}).map(([account, reason]) => html`<li part="limit"><div class="line">
        <span class="name">${guardName(guard.name)} <span class="scope">${account}</span></span>
        <span class="value status unknown">${icon('unknown')}<span>${t('Not known')}</span></span></div><p class="quiet">${reason}</p></li>`))
    const uses = limits.flatMap((guard) => guard.uses.map((use) => ({ guard, use }))).toSorted((a, b) => percentOf(b.use) - percentOf(a.use))
    if (missing.length + uses.length === 0) return html`<p class="empty">${t('No limit says how much of it is used.')}</p>`
    return html`<ul class="limits">${missing}${repeat(uses.slice(0, this.#all ? undefined : FIRST), ({ guard, use }) => [guard.name, use.limit, use.symbol, use.strategy, use.side, use.broker].join(' '), ({ guard, use }) => this.#useTemplate(guard, use))}</ul>
      ${uses.length <= FIRST ? nothing : html`<button type="button" class="more" part="more-button" aria-expanded=${this.#all} @click=${this.#onMore}>${this.#all ? t('Show fewer') : t('Show all {0}', uses.length)}</button>`}`
  }

  readonly #onMore = (): void => {
    this.#all = !this.#all
    this.requestUpdate()
  }

  #useTemplate({ name, prevents }: GuardStatus, use: Use): TemplateResult {
    const percent = percentOf(use)
    const option = optionNames[use.limit]
    const scope = [option && t(option), use.symbol, use.strategy, use.side && sideText(use.side), use.broker].filter(Boolean).join(' · ')
    const label = `${guardName(name)} ${scope}`.trim()
    const words = t('{0} of {1}', usedOf(use), formatNumber(use.maximum))
    return html`<li class=${use.warning === undefined ? '' : `w${use.warning}`} part="limit" title=${prevents ?? ''}>
      <div class="line"><span class="name">${guardName(name)} <span class="scope">${scope}</span></span>
        <span class="number value">${use.warning === undefined ? nothing : icon('refused')} ${words}</span></div>
      <svg class="bar" part="bar" viewBox="0 0 100 6" preserveAspectRatio="none" role="meter" aria-label=${label} aria-valuemin="0" aria-valuemax="100"
        aria-valuenow=${Math.min(100, percent)} aria-valuetext=${words}>${svg`<rect width=${Math.min(100, percent)} height="6" />`}</svg></li>`
  }
}
