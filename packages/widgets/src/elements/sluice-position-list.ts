import type { Position } from '@sluice/core'
import { type CSSResultGroup, html, nothing, type TemplateResult } from 'lit'
import { formatAverage, formatNumber, formatPrice, formatProfit, signOf } from '../format/numbers.ts'
import { t } from '../language/language.ts'
import { panelTemplate } from '../parts/panel.ts'
import type { ExecutionStore, StoreChange } from '../store/execution-store.ts'
import { base } from '../styles/base.ts'
import { statusColors } from '../styles/status.ts'
import { tokens } from '../styles/tokens.ts'
import { positionsStyles } from '../styles/positions.ts'
import { StoreElement } from './store-element.ts'

/** Both sides of what unfinished orders may still do. */
function workingOf({ workingBuy, workingSell }: Position): string {
  const parts = [signOf(workingBuy) === 0 ? '' : t('buy {0}', formatNumber(workingBuy)), signOf(workingSell) === 0 ? '' : t('sell {0}', formatNumber(workingSell))]
  return parts.filter((part) => part !== '').join(', ')
}

function profitCell(profit: string | undefined): TemplateResult {
  if (profit === undefined) return html`<td class="end quiet"><span class="hidden-text">${t('not known')}</span><span aria-hidden="true">–</span></td>`
  const tone = { '-1': 'loss', 0: '', 1: 'gain' }[signOf(profit)]
  return html`<td class="end number ${tone}">${formatProfit(profit)}</td>`
}

/**
 * What is held, live.
 *
 * @slot heading - The title; default `Positions`.
 * @csspart panel - The whole widget.
 * @csspart header - The line with title and connection.
 * @csspart connection - The state of the connection.
 * @csspart notice - Why nothing new is shown.
 * @csspart table - The table.
 * @csspart row - One position.
 */
export class SluicePositionList extends StoreElement {
  static override readonly styles: CSSResultGroup = [tokens, base, statusColors, positionsStyles]

  protected override storeChanged(change: StoreChange): void {
    if (change.positions || change.connection) this.requestUpdate()
  }

  protected override watch(store: ExecutionStore): () => void {
    return store.watchPositions()
  }

  override render(): TemplateResult {
    const positions = this.source.store?.positions?.filter((position) => signOf(position.quantity) !== 0 || workingOf(position) !== '')
    return panelTemplate({ title: t('Positions'), connection: this.connection, body: positions === undefined ? this.#waiting() : this.#table(positions) })
  }

  #waiting(): TemplateResult {
    const busy = this.connection.phase === 'connecting'
    return html`<p class="empty" aria-busy=${busy}>${busy ? t('Loading positions…') : t('No positions loaded')}</p>`
  }

  #table(positions: readonly Position[]): TemplateResult {
    if (positions.length === 0) return html`<p class="empty">${t('Nothing is held and nothing is working.')}</p>`
    const brokers = new Set(positions.map((position) => position.broker)).size
    const sorted = positions.toSorted((left, right) => left.symbol.localeCompare(right.symbol) || left.broker.localeCompare(right.broker))
    return html`<div class="scroller" role="region" tabindex="0" aria-label=${t('Positions, scrollable')}><table part="table">
      <thead><tr>
        <th scope="col">${t('Symbol')}</th><th scope="col" class="end">${t('Quantity')}</th><th scope="col" class="end">${t('Average price')}</th>
        <th scope="col" class="end">${t('Mark')}</th><th scope="col" class="end">${t('Unrealised')}</th><th scope="col" class="end">${t('Realised')}</th><th scope="col">${t('Working')}</th>
      </tr></thead>
      <tbody>${sorted.map((position) => html`<tr part="row">
        <th scope="row">${position.symbol}${brokers > 1 ? html` <span class="broker">${position.broker}</span>` : nothing}</th>
        <td class="end number ${{ [-1]: 'short', 0: '', 1: 'long' }[signOf(position.quantity)]}">${formatNumber(position.quantity)}</td>
        <td class="end number">${formatAverage(position.averagePrice)}</td>
        <td class="end number">${position.mark === undefined ? html`<span class="quiet" title=${t('No fresh quote')}>–</span>` : formatPrice(position.mark)}</td>
        ${profitCell(position.unrealisedProfit)} ${profitCell(position.realisedProfit)}
        <td class="quiet number">${workingOf(position)}</td>
      </tr>`)}</tbody>
    </table></div>`
  }
}
