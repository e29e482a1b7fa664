/** How far a reader of several accounts has read: a sequence number for each. */
export type Cursor = ReadonlyMap<string, number>

const PART = /^([A-Za-z0-9][A-Za-z0-9_.-]{0,63}|\*):(0|[1-9]\d{0,14})$/
const PLAIN = /^(?:0|[1-9]\d{0,14})$/

/** `main:12,*:3`. */
export function formatCursor(cursor: Cursor): string {
  let text = ''
  for (const [account, sequence] of cursor) text += `${text === '' ? '' : ','}${account}:${sequence}`
  return text
}

/** A composite cursor, or a plain number for one account; undefined when it is neither. */
export function parseCursor(text: string, account: string | undefined): Cursor | undefined {
  if (PLAIN.test(text)) return account === undefined ? undefined : new Map([[account, Number(text)]])
  const cursor = new Map<string, number>()
  for (const part of text.split(',')) {
    const match = PART.exec(part)
    const [, name, sequence] = match ?? []
    if (name === undefined || cursor.has(name)) return undefined
    cursor.set(name, Number(sequence))
  }
  return cursor
}
