import { css, type CSSResult } from 'lit'

/** Colours of status families, for anything with the class `status`. */
export const statusColors: CSSResult = css`
  .status { display: inline-flex; align-items: center; gap: 6px; font-weight: 550; white-space: nowrap; vertical-align: middle; }
  .status.pending, .status.ended, .status.held { color: var(--_pending); }
  .status.approval { color: var(--_caution); }
  .status.working { color: var(--_working); }
  .status.done { color: var(--_done); }
  .status.refused { color: var(--_danger); }
  .status.unknown { color: var(--_unknown); }
  .side { font-weight: 650; white-space: nowrap; }
  .side.buy { color: var(--_buy); }
  .side.sell, .side.sell_short { color: var(--_sell); }
`
