import { css, type CSSResult } from 'lit'

export const logStyles: CSSResult = css`
  :host { height: var(--sluice-log-height, 420px); container: log / inline-size; }
  .panel { height: 100%; }
  .scroller { flex: 1; min-height: 0; overflow: auto; overflow-anchor: none; contain: strict; border-top: 1px solid var(--_line); }
  .scroller:focus-visible { outline-offset: -2px; }
  [role='table'] { min-width: 910px; }
  .columns { position: sticky; top: 0; z-index: 1; background: var(--_raised); border-bottom: 1px solid var(--_line); color: var(--_muted); font-size: var(--_size-small); }
  .columns .row { height: 28px; border: 0; }
  .rows { position: relative; }
  .shift { will-change: transform; }
  .row {
    display: grid;
    grid-template-columns: 102px minmax(76px, 0.8fr) 86px minmax(124px, 0.8fr) minmax(184px, 1fr) 156px minmax(140px, 1.6fr) 40px;
    align-items: center;
    height: var(--_row);
    padding-inline-start: 14px;
    border-bottom: 1px solid color-mix(in srgb, var(--_line) 60%, transparent);
    contain: layout style;
  }
  .rows .row:hover { background: var(--_hover); }
  .cell { min-width: 0; padding-inline-end: 14px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .time { color: var(--_muted); font-size: var(--_size-small); }
  .symbol { font-weight: 650; }
  .detail .reason { display: block; overflow: hidden; color: var(--_muted); text-overflow: ellipsis; }
  .detail .reason::first-letter { text-transform: uppercase; }
  .act { padding: 0; overflow: visible; }
  .cancel { min-width: 26px; min-height: 26px; width: 26px; padding: 0; border-color: transparent; background: none; color: var(--_muted); }
  .cancel:hover { color: var(--_danger); border-color: var(--_line-strong); background: var(--_surface); }

  @container log (max-width: 640px) {
    .columns { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    [role='table'] { min-width: 0; }
    .row { height: 54px; align-content: center; row-gap: 2px; grid-template: 'symbol side quantity price act' auto 'time status detail detail act' auto / minmax(88px, 0.9fr) minmax(108px, 1fr) minmax(52px, 0.8fr) minmax(62px, 1fr) 34px; }
    .cell { padding-inline-end: 8px; }
    .symbol { grid-area: symbol; } .sided { grid-area: side; } .quantity { grid-area: quantity; } .price { grid-area: price; }
    .time { grid-area: time; } .state { grid-area: status; } .detail { grid-area: detail; text-align: end; } .act { grid-area: act; }
  }

  .empty { display: grid; place-content: center; justify-items: center; gap: 4px; height: calc(100% - 29px); min-height: 88px; color: var(--_muted); text-align: center; }
  .empty strong { color: var(--_text); font-weight: 600; }
  .newer { position: absolute; inset-block-start: 36px; inset-inline: 0; margin-inline: auto; width: max-content; z-index: 2; border-radius: 999px; background: var(--_accent); border-color: transparent; color: var(--_on-accent); box-shadow: 0 4px 14px #0003; }
  .newer:hover { background: var(--_accent); }
  .frame { position: relative; display: flex; flex: 1; min-height: 0; flex-direction: column; }
  .paused { color: var(--_caution); font-weight: 600; }
  @media (forced-colors: active) { .row { border-color: CanvasText; } .newer { border-color: CanvasText; } }
`
