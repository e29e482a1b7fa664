import type { CSSResult } from 'lit'

/** Gives an element the styles of a part that was loaded later. */
export function addStyles(root: DocumentFragment | HTMLElement, { styleSheet }: CSSResult): void {
  if (root instanceof ShadowRoot && styleSheet !== undefined && !root.adoptedStyleSheets.includes(styleSheet)) root.adoptedStyleSheets.push(styleSheet)
}
