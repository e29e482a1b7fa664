import { css, type CSSResult } from 'lit'

export const killStyles: CSSResult = css`
  .panel.engaged { border-color: var(--_danger); }
  .body { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 12px 20px; padding: 4px 14px 14px; }
  .state .status { font-size: 15px; font-weight: 650; }
  .state p { margin-top: 1px; }
  .engage { flex: 0 1 auto; }
  .again { color: var(--_danger); border-color: var(--_danger); }
  .report { display: grid; gap: 2px; padding: 9px 14px; border-top: 1px solid var(--_line); background: var(--_raised); }
  .report p { display: flex; gap: 8px; align-items: flex-start; }
  .report .icon { margin-top: 2px; }
  .entries li { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 8px 12px; align-items: center; padding: 10px 14px; border-top: 1px solid var(--_line); overflow-wrap: anywhere; }
  .entry { flex: 1 1 220px; }
`
