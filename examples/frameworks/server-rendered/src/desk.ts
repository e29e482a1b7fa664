import { html, type TemplateResult } from 'lit'

/** The page: each widget shows at once what it shows while it connects. */
export function desk(): TemplateResult {
  return html`<sluice-provider endpoint="/api/v1/execution" account="main">
    <main>
      <h1>Rendered by a server</h1>
      <p>
        <button id="buy">Buy 10 AAPL</button>
        <button id="too-much">Buy 1000 AAPL</button>
        <sluice-connection-status></sluice-connection-status>
      </p>
      <p id="last"></p>
      <p id="count"></p>
      <sluice-kill-switch></sluice-kill-switch>
      <sluice-order-execution-status></sluice-order-execution-status>
      <sluice-order-ticket symbol="AAPL" side="buy"></sluice-order-ticket>
      <sluice-position-list></sluice-position-list>
      <sluice-risk-limits></sluice-risk-limits>
    </main>
    <sluice-trade-confirmation-modal id="modal"></sluice-trade-confirmation-modal>
  </sluice-provider>`
}
