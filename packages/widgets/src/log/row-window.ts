/** Which rows of a long table are worth rendering. */
export interface RowWindow {
  readonly start: number
  /** One past the last. */
  readonly end: number
}

export interface Viewport {
  readonly scrollTop: number
  readonly height: number
  readonly rowHeight: number
  readonly count: number
}

/** Rows above and below the visible ones, so that a fast scroll shows no gap. */
const MARGIN = 6

export function rowWindow({ scrollTop, height, rowHeight, count }: Viewport): RowWindow {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight)
  const shown = Math.ceil(height / rowHeight) + 1
  const end = Math.min(count, first + shown + MARGIN)
  return { start: Math.max(0, Math.min(first - MARGIN, end - 1)), end }
}
