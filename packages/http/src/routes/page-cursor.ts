import type { Order } from '@sluice/core'
import { refuse } from '../answer/refusal.ts'

type Place = Pick<Order, 'createdAt' | 'id'>

const CURSOR = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)_([\x21-\x7e]{1,64})$/

/** Names the last order of a page. It tells nothing that the page did not. */
export function formatPageCursor({ createdAt, id }: Place): string {
  return `${createdAt}_${id}`
}

/** @throws Refusal 400 */
export function parsePageCursor(text: string): Place {
  const [, createdAt, id] = CURSOR.exec(text) ?? []
  if (createdAt === undefined || id === undefined) throw refuse(400, 'CURSOR_MALFORMED', 'cursor takes what the Link of an earlier page has.')
  return { createdAt, id }
}
