import { css, type CSSResult } from 'lit'

export const limitsStyles: CSSResult = css`
  .limits { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 0 26px; padding: 2px 14px 12px; }
  .notice + .limits { padding-top: 10px; }
  .limits li { padding: 7px 0 9px; border-bottom: 1px solid color-mix(in srgb, var(--_line) 60%, transparent); min-width: 0; }
  .line { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 2px 12px; align-items: baseline; }
  .name { font-weight: 600; overflow-wrap: anywhere; }
  .scope { color: var(--_muted); font-weight: 400; font-size: var(--_size-small); }
  .bar { display: block; width: 100%; height: 6px; margin-top: 5px; border-radius: 3px; overflow: hidden; background: var(--_line); forced-color-adjust: none; }
  .bar rect { fill: var(--_working); transition: width 200ms ease-out; }
  .w70 .bar rect { fill: var(--_caution); }
  .w90 .bar rect { fill: var(--_danger); }
  .w70 .value { color: var(--_caution); font-weight: 600; }
  .w90 .value { color: var(--_danger); font-weight: 600; }
  .value .icon { vertical-align: -2px; }
  .more { margin: 0 14px 12px; align-self: start; }
  .empty { padding: 26px 14px; color: var(--_muted); text-align: center; }
  @media (forced-colors: active) { .bar { background: Canvas; outline: 1px solid CanvasText; } .bar rect, .w70 .bar rect, .w90 .bar rect { fill: Highlight; } }
`
