import { css, type CSSResult } from 'lit'

export const releaseStyles: CSSResult = css`
  .release { flex: 1 1 100%; display: grid; grid-template-columns: repeat(auto-fit, minmax(180px, 1fr)); gap: 8px 12px; margin-top: 2px; }
  .release .fault, .release .buttons { grid-column: 1 / -1; }
  .release .fault:empty { display: none; }
  .buttons { display: flex; justify-content: flex-end; gap: 8px; }
  .buttons button { min-height: 36px; padding: 0 14px; }
`
