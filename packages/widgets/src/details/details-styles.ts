import { css, type CSSResult } from 'lit'

export const detailsStyles: CSSResult = css`
  .details { flex: none; max-height: 62%; overflow: auto; border-top: 1px solid var(--_line-strong); background: var(--_raised); }
  .details header { position: sticky; top: 0; display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding-block: 8px; padding-inline: 14px 8px; background: var(--_raised); }
  .details h3 { font-size: 14px; font-weight: 650; }
  .details h4 { margin: 0 0 4px; font-size: var(--_size-small); font-weight: 600; color: var(--_muted); }
  .details > .reason { padding: 0 14px 6px; }
  .panes { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(230px, 100%), 1fr)); gap: 10px 26px; padding: 4px 14px 14px; }
  .facts div { display: flex; justify-content: space-between; gap: 12px; padding: 2px 0; }
  .facts dt { color: var(--_muted); white-space: nowrap; }
  .facts dd { min-width: 0; text-align: end; overflow-wrap: anywhere; }
  .decisions, .fills { max-height: 200px; overflow: auto; }
  .decisions li { display: grid; grid-template-columns: 14px 1fr auto; gap: 8px; align-items: center; min-height: 24px; }
  .decisions .allow .icon { color: var(--_done); }
  .decisions .reject { color: var(--_danger); font-weight: 600; }
  .decisions .challenge { color: var(--_caution); font-weight: 600; }
  .decisions .value { color: var(--_muted); text-align: end; overflow-wrap: anywhere; }
  .fills li { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; min-height: 24px; }
  .fills .code { color: var(--_muted); overflow-wrap: anywhere; }
  .busted { text-decoration: line-through; }
  .amend { display: grid; grid-template-columns: repeat(auto-fill, minmax(140px, 1fr)); gap: 8px 12px; padding: 4px 14px 12px; }
  .amend .fault { grid-column: 1 / -1; order: 1; }
  .amend .buttons { grid-column: 1 / -1; order: 2; }
  .buttons button { white-space: nowrap; }
  .amend .fault:empty { display: none; }
  .buttons { display: flex; justify-content: flex-end; gap: 8px; }
  .buttons button { min-height: 32px; }
`
