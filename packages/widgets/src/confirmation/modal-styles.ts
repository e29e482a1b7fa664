import { css, type CSSResult } from 'lit'

export const modalStyles: CSSResult = css`
  dialog {
    width: min(480px, calc(100vw - 24px));
    max-height: min(960px, calc(100dvh - 24px));
    padding: 0;
    overflow: hidden;
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) + 4px);
    background: var(--_surface);
    color: var(--_text);
    font: 400 var(--_size) / 1.45 var(--_font);
    box-shadow: 0 24px 64px -12px light-dark(#0b152540, #000000b0);
  }
  dialog[open] { display: flex; flex-direction: column; animation: enter 140ms ease-out; }
  dialog::backdrop { background: light-dark(#17212e66, #000000a6); }
  @keyframes enter { from { opacity: 0; transform: translateY(6px); } }

  .head { padding: 20px 22px 14px; }
  .head h2 { font-size: var(--_size-large); font-weight: 650; letter-spacing: -0.015em; line-height: 1.25; overflow-wrap: anywhere; }
  .head p { color: var(--_muted); margin-top: 2px; }
  .body { min-height: 0; overflow: auto; overscroll-behavior: contain; }

  .ticket { display: grid; grid-template-columns: 1fr 1fr; gap: 0 24px; padding: 0 22px 14px; }
  .ticket div { display: flex; justify-content: space-between; gap: 12px; padding: 5px 0; border-bottom: 1px solid var(--_line); min-width: 0; }
  .ticket dt { color: var(--_muted); white-space: nowrap; }
  .ticket dd { font-weight: 550; text-align: end; overflow-wrap: anywhere; min-width: 0; }

  .body .notice { padding: 10px 22px; }
  .notice strong { font-weight: 650; color: inherit; display: block; }
  .notice strong::first-letter, .outcome .reason::first-letter, .check .reason::first-letter { text-transform: uppercase; }
  .facts { display: flex; flex-wrap: wrap; gap: 2px 10px; }

  .checks { padding: 12px 22px 16px; }
  .checks h3 { display: flex; justify-content: space-between; font-size: 13px; font-weight: 650; margin-bottom: 6px; }
  .checks h3 .quiet { font-weight: 400; }
  .checks ul { max-height: max(264px, 100dvh - 540px); overflow: auto; margin-inline: -8px; padding-inline: 8px; }
  .check { display: grid; grid-template-columns: 14px 1fr auto; gap: 0 9px; align-items: center; min-height: 26px; animation: arrive 180ms ease-out backwards; animation-delay: calc(sibling-index() * 24ms); }
  .check .icon { color: var(--_done); }
  .check .icon.check path { stroke-dasharray: 16; animation: draw 220ms ease-out backwards; animation-delay: calc(sibling-index() * 24ms + 60ms); }
  .check .value { color: var(--_muted); text-align: end; overflow-wrap: anywhere; }
  .check.reject .icon, .check.reject .name, .check.reject .value { color: var(--_danger); font-weight: 600; }
  .check.challenge .icon, .check.challenge .name, .check.challenge .value { color: var(--_caution); font-weight: 600; }
  .check.warned .value, .warning { color: var(--_caution); font-weight: 600; }
  .check .reason { grid-column: 2 / -1; display: block; color: var(--_text); padding-bottom: 6px; overflow-wrap: anywhere; }
  .check .code, .facts .code { color: var(--_muted); }
  @keyframes arrive { from { opacity: 0; transform: translateX(-4px); } }
  @keyframes draw { from { stroke-dashoffset: 16; } to { stroke-dashoffset: 0; } }

  .code-form { padding: 16px 22px 18px; }
  .code-form input { min-height: 48px; margin-bottom: 4px; font-size: 22px; letter-spacing: 0.22em; }
  .fault:not(:empty) { margin-bottom: 4px; font-weight: 600; }

  .expiry { display: flex; align-items: center; justify-content: space-between; gap: 12px; padding: 0 22px 8px; }
  .link { min-height: 24px; padding: 0 6px; border-color: transparent; background: none; color: var(--_accent); font-weight: 600; }
  .phrase { padding: 8px 22px 16px; }
  .phrase input { letter-spacing: 0.08em; font-weight: 600; }
  .arming { position: relative; overflow: hidden; }
  .arming::before { content: ''; position: absolute; inset: 0; background: color-mix(in srgb, var(--_accent) 22%, transparent); transform-origin: 0 50%; animation: arm 500ms linear backwards; }
  @keyframes arm { from { transform: scaleX(0); } }

  .outcome { display: grid; grid-template-columns: 34px 1fr; justify-items: start; gap: 4px 12px; padding: 4px 22px 22px; overflow-wrap: anywhere; }
  .outcome > * { grid-column: 2; }
  .outcome .emblem { grid-column: 1; grid-row: 1 / span 4; align-self: start; }
  .outcome .emblem .icon { width: 34px; height: 34px; stroke-width: 1.25; animation: arrive 180ms ease-out; }
  .outcome h3 { font-size: 17px; line-height: 34px; }
  .outcome .fills { font-weight: 600; }
  .outcome .reason { padding: 8px 12px; margin-block: 4px; border-radius: var(--_radius-small); background: var(--_danger-wash); }

  .foot { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; padding: 14px 22px; border-top: 1px solid var(--_line); background: var(--_raised); }
  .foot .primary { flex: 1 1 auto; min-width: 160px; }
  .foot .primary.sell, .foot .primary.sell_short { --_accent: var(--_sell); }
  .foot .plain { border-color: transparent; background: none; color: var(--_muted); }
  .foot .plain:hover { color: var(--_text); text-decoration: underline; }
  .key { padding: 0 22px 10px; background: var(--_raised); color: var(--_muted); font-size: 11.5px; overflow-wrap: anywhere; }

  @media (max-width: 420px) { .ticket { grid-template-columns: 1fr; } }
  @media (forced-colors: active) { dialog, .primary { border: 1px solid CanvasText; } }
`
