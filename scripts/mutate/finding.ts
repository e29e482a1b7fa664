/** What the process that tries the changes of one source says. */
export type Finding =
  /** The source as it is passes, and how much of the processor that takes, in ms. */
  | { readonly kind: 'unchanged'; readonly work: number }
  /** It is still at it, and has used so much of the processor so far, in ms. */
  | { readonly kind: 'busy'; readonly work: number }
  /** It has no tests, or they do not pass; before the changes or after them. */
  | { readonly kind: 'broken' }
  /** All were tried, and the source as it is still passes. */
  | { readonly kind: 'done' }
  | { readonly kind: 'tried'; readonly index: number; readonly survived: boolean }
