import { css, type CSSResult } from 'lit'

/** What all widgets share: type, focus, buttons, fields, notices. */
export const base: CSSResult = css`
  :host {
    display: block;
    color: var(--_text);
    font: 400 var(--_size) / 1.4 var(--_font);
    -webkit-font-smoothing: antialiased;
  }
  :host([hidden]) { display: none; }
  *, *::before, *::after { box-sizing: border-box; }
  h2, h3, p, ul, dl, dd { margin: 0; padding: 0; }
  ul { list-style: none; }

  .panel {
    display: flex;
    flex-direction: column;
    min-height: 0;
    background: var(--_surface);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    overflow: hidden;
  }
  .header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 44px;
    padding-block: 8px;
    padding-inline: 14px 8px;
  }
  .title { font-size: 14px; font-weight: 650; letter-spacing: -0.005em; }
  .quiet { color: var(--_muted); font-size: var(--_size-small); }
  .push { margin-inline-start: auto; }
  .number { font-family: var(--_font-numbers); font-variant-numeric: tabular-nums; }
  .end { text-align: end; }
  .code { font-family: var(--_font-code); font-size: 11.5px; }

  :focus-visible { outline: 2px solid var(--_focus); outline-offset: 2px; }

  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 28px;
    min-width: 28px;
    padding: 0 10px;
    border: 1px solid var(--_line);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    color: var(--_text);
    font: inherit;
    font-weight: 550;
    cursor: pointer;
  }
  button:hover { background: var(--_hover); border-color: var(--_line-strong); }
  button[aria-disabled='true'] { opacity: 0.55; cursor: default; }
  .large { min-height: 44px; padding: 0 18px; font-size: 14px; }
  .primary { background: var(--_accent); border-color: transparent; color: var(--_on-accent); }
  .primary:hover { background: color-mix(in oklab, var(--_accent) 88%, var(--_text)); border-color: transparent; }
  .danger { background: var(--_danger-fill); border-color: transparent; color: light-dark(#ffffff, #14060a); }
  .danger:hover { background: color-mix(in oklab, var(--_danger-fill) 88%, var(--_text)); border-color: transparent; }
  .primary[aria-disabled='true'], .danger[aria-disabled='true'] {
    background: var(--_hover);
    border-color: var(--_line);
    color: var(--_muted);
    opacity: 1;
  }

  .bare { min-width: 26px; min-height: 26px; padding: 0; border-color: transparent; background: none; color: var(--_muted); }
  .bare:hover { color: var(--_text); background: var(--_surface); border-color: var(--_line-strong); }
  .tools { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; }

  .progress { height: 2px; border-radius: 2px; background: var(--_line); overflow: hidden; }
  .progress::before { content: ''; display: block; width: 30%; height: 100%; background: var(--_accent); animation: sweep 1.1s ease-in-out infinite; }
  @keyframes sweep { from { transform: translateX(-100%); } to { transform: translateX(340%); } }

  label { display: block; font-size: var(--_size-small); color: var(--_muted); }
  input, select {
    width: 100%;
    min-height: 36px;
    padding: 0 10px;
    border: 1px solid var(--_line-strong);
    border-radius: var(--_radius-small);
    background: var(--_surface);
    color: var(--_text);
    font: inherit;
  }
  label + input, label + select { margin-top: 4px; }
  select { padding: 0 6px; }
  input[aria-invalid='true'] { border-color: var(--_danger); }
  .fault { color: var(--_danger); font-size: var(--_size-small); }
  .fault:not(:empty) { margin-top: 5px; }

  .icon { flex: none; width: 14px; height: 14px; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
  .icon .solid { fill: currentColor; stroke: none; }
  .icon .cut { stroke: var(--_surface); }

  .notice {
    display: flex;
    gap: 8px;
    align-items: flex-start;
    padding: 9px 14px;
    border-block: 1px solid var(--_line);
    background: var(--_raised);
  }
  .notice .icon { margin-top: 2px; }
  .notice.caution { background: var(--_caution-wash); color: var(--_caution); }
  .notice.danger-text { background: var(--_danger-wash); color: var(--_danger); }

  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  @media (forced-colors: active) {
    button, input, select, .panel { border-color: CanvasText; }
    .progress::before { background: Highlight; }
    button[aria-disabled='true'] { border-color: GrayText; color: GrayText; }
    .icon .cut { stroke: Canvas; }
  }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`
