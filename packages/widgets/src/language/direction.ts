/** Languages whose text runs from right to left. */
export const rightToLeft: ReadonlySet<string> = new Set(['ar', 'fa', 'he', 'ur'])
