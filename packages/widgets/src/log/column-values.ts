import type { OrderRow } from '../orders/order-row.ts'
import { columnsOf, type LogColumn, type LogColumnName } from './columns.ts'

/** What a column sorts by and what an export writes, where that is not what it shows. */
type Values = Pick<LogColumn, 'key' | 'sorts' | 'raw'>

const amount = (row: OrderRow): string => row.quantity ?? row.notional ?? '0'
const price = (row: OrderRow): string => row.limitPrice ?? row.stopPrice ?? row.trailAmount ?? row.trailPercent ?? '0'
const created = (row: OrderRow): string => row.createdAt
const updated = (row: OrderRow): string => row.updatedAt
const filled = (row: OrderRow): string => row.filledQuantity

const builtIn: Partial<Record<LogColumnName, Values>> = {
  time: { key: created, raw: created },
  side: { raw: (row) => row.side },
  quantity: { key: amount, sorts: 'decimal', raw: amount },
  price: { key: price, sorts: 'decimal', raw: (row) => (row.type === 'market' ? '' : price(row)) },
  status: { raw: (row) => row.status },
  filled: { key: filled, sorts: 'decimal', raw: filled },
  average: { key: (row) => row.averagePrice ?? '0', sorts: 'decimal', raw: (row) => row.averagePrice ?? '' },
  type: { raw: (row) => row.type },
  lifetime: { raw: (row) => row.timeInForce },
  updated: { key: updated, raw: updated },
}

/** A host may give a column of its own the name of one that is built in: then its own word counts. */
export function valuesOf(column: LogColumn): Values {
  const own = columnsOf(column.name)[0] !== column
  return own ? column : builtIn[column.name as LogColumnName] ?? {}
}
