import { css, type CSSResult } from 'lit'

export const connectionLineStyles: CSSResult = css`
  :host { display: inline-flex; }
  .line { display: inline-flex; flex-wrap: wrap; align-items: center; gap: 2px 10px; min-height: 28px; }
`
