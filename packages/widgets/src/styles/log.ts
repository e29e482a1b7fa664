import { css, type CSSResult } from 'lit'

export const logStyles: CSSResult = css`
  :host { height: var(--sluice-log-height, 420px); container: log / inline-size; }
  .panel { height: 100%; }
  .scroller { flex: 1; min-height: 0; overflow: auto; overflow-anchor: none; contain: strict; border-top: 1px solid var(--_line); }
  .scroller:focus-visible { outline-offset: -2px; }
  [role='table'] { min-width: var(--_least, 900px); }
  .columns { position: sticky; top: 0; z-index: 1; background: var(--_raised); border-bottom: 1px solid var(--_line); color: var(--_muted); font-size: var(--_size-small); }
  .columns .row { height: 28px; border: 0; }
  .rows { position: relative; }
  .shift { will-change: transform; }
  .row {
    display: grid;
    grid-template-columns: var(--_columns, repeat(auto-fit, minmax(84px, 1fr)));
    align-items: center;
    height: var(--_row);
    padding-inline-start: 14px;
    border-bottom: 1px solid color-mix(in srgb, var(--_line) 60%, transparent);
    contain: strict;
  }
  .rows .row:hover { background: var(--_hover); }
  .cell { min-width: 0; padding-inline-end: 14px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .time { color: var(--_muted); font-size: var(--_size-small); }
  .symbol { font-weight: 650; }
  .filled .reason { unicode-bidi: plaintext; display: block; overflow: hidden; color: var(--_muted); text-overflow: ellipsis; }
  .filled .reason::first-letter { text-transform: uppercase; }
  .act { display: flex; justify-content: flex-end; gap: 2px; padding: 0; overflow: visible; }
  .row:focus-visible { outline-offset: -2px; }
  .row.open { background: var(--_hover); }
  .row.open .more .icon { transform: rotate(180deg); }
  .sort { justify-content: start; width: 100%; min-height: 24px; padding: 0; border: 0; background: none; color: inherit; font-weight: 500; overflow: hidden; }
  .sort:hover { background: none; color: var(--_text); text-decoration: underline; }
  .end .sort { justify-content: end; }
  .arrow { color: var(--_accent); }
  .search { width: 150px; min-height: 28px; }
  .filter { width: auto; min-height: 28px; }
  .header .quiet { white-space: nowrap; }

  @container log (max-width: 640px) {
    .columns { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    [role='table'] { min-width: 0; }
    .row { height: 54px; align-content: center; row-gap: 2px; grid-template: 'symbol side quantity price act' auto 'time status detail detail act' auto / minmax(94px, 0.9fr) minmax(108px, 1fr) minmax(52px, 0.8fr) minmax(62px, 1fr) 60px; }
    .cell { padding-inline-end: 8px; }
    .symbol { grid-area: symbol; } .side-cell { grid-area: side; } .quantity { grid-area: quantity; } .price { grid-area: price; }
    .cell:not(.symbol, .side-cell, .quantity, .price, .time, .status-cell, .filled, .act) { display: none; }
    .time { grid-area: time; } .status-cell { grid-area: status; } .filled { grid-area: detail; text-align: end; } .act { grid-area: act; }
  }
  @container log (max-width: 520px) {
    .row { height: 72px; padding-inline-start: 10px; grid-template: 'symbol side quantity act' auto 'status status price act' auto 'time time detail act' auto / minmax(74px, 1fr) minmax(80px, 1fr) minmax(94px, 1.4fr) 54px; }
    .tools { width: 100%; }
    .search { flex: 1 1 100%; }
    .filter { flex: 1; }
  }

  .ghosts { display: grid; gap: 6px; margin-top: 10px; width: 220px; }
  .ghosts i { height: 9px; border-radius: 5px; background: var(--_line); animation: breathe 1.4s ease-in-out infinite alternate; }
  .ghosts i:nth-child(2) { width: 80%; }
  .ghosts i:nth-child(3) { width: 55%; }
  @keyframes breathe { from { opacity: 0.35; } }
  .empty { display: grid; place-content: center; justify-items: center; gap: 4px; height: calc(100% - 29px); min-height: 88px; color: var(--_muted); text-align: center; }
  .empty strong { color: var(--_text); font-weight: 600; }
  .newer { position: absolute; inset-block-start: 36px; inset-inline: 0; margin-inline: auto; width: max-content; z-index: 2; border-radius: 999px; background: var(--_accent); border-color: transparent; color: var(--_on-accent); box-shadow: 0 4px 14px #0003; }
  .newer:hover { background: var(--_accent); }
  .frame { position: relative; display: flex; flex: 1; min-height: 0; flex-direction: column; }
  .paused { color: var(--_caution); font-weight: 600; }
  @media (forced-colors: active) { .row { border-color: CanvasText; } .newer { border-color: CanvasText; } }
`
