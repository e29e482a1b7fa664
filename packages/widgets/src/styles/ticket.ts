import { css, type CSSResult } from 'lit'

export const ticketStyles: CSSResult = css`
  .ticket { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(130px, 100%), 1fr)); gap: 8px 14px; padding: 2px 14px 14px; }
  .notice + .ticket { padding-top: 14px; }
  .sides { grid-column: 1 / -1; display: flex; gap: 0; margin: 0; padding: 0; border: 1px solid var(--_line-strong); border-radius: var(--_radius-small); overflow: hidden; }
  .choice { flex: 1; position: relative; cursor: pointer; }
  .choice input { position: absolute; inset: 0; width: 100%; height: 100%; min-height: 0; margin: 0; opacity: 0; cursor: pointer; }
  .choice span { display: grid; place-items: center; min-height: 40px; padding: 0 6px; color: var(--_muted); font-size: var(--_size); font-weight: 600; text-align: center; }
  .choice + .choice span { border-inline-start: 1px solid var(--_line); }
  .choice input:checked + span { background: var(--_buy); color: var(--_on-accent); text-decoration: underline; text-underline-offset: 3px; }
  .choice:not(.buy) input:checked + span { background: var(--_sell); }
  .choice input:focus-visible + span { outline: 2px solid var(--_focus); outline-offset: -3px; }
  .field { min-width: 0; }
  .text input { text-transform: uppercase; }
  .datetime-local { grid-column: 1 / -1; max-width: 280px; }
  .fault:empty { display: none; }
  .check-line { grid-column: 1 / -1; display: flex; gap: 8px; align-items: center; min-height: 28px; color: var(--_text); font-size: var(--_size); }
  .check-line input { width: 16px; min-height: 16px; height: 16px; margin: 0; accent-color: var(--_accent); }
  .primary { grid-column: 1 / -1; }
  .primary.sell, .primary.sell_short { --_accent: var(--_sell); }
  @media (forced-colors: active) { .choice input:checked + span { background: Highlight; color: HighlightText; forced-color-adjust: none; } }
`
