import { css, type CSSResult } from 'lit'

export const positionsStyles: CSSResult = css`
  .scroller { overflow: auto; border-top: 1px solid var(--_line); }
  .scroller:focus-visible { outline-offset: -2px; }
  table { width: 100%; border-collapse: collapse; }
  th { height: 28px; padding: 0 14px; background: var(--_raised); color: var(--_muted); font-size: var(--_size-small); font-weight: 400; text-align: start; white-space: nowrap; }
  th.end { text-align: end; }
  td, tbody th { height: var(--_row); padding: 0 14px; border-top: 1px solid color-mix(in srgb, var(--_line) 60%, transparent); white-space: nowrap; }
  tbody th { background: none; color: var(--_text); font-size: inherit; font-weight: 650; }
  tbody tr:hover { background: var(--_hover); }
  .long { color: var(--_buy); }
  .short { color: var(--_sell); }
  .gain { color: var(--_done); }
  .loss { color: var(--_danger); }
  .broker { color: var(--_muted); font-weight: 400; font-size: var(--_size-small); }
  .empty { padding: 26px 14px; color: var(--_muted); text-align: center; }
`
