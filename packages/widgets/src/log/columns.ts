import { measured } from '../format/measured.ts'
import { formatAverage } from '../format/numbers.ts'
import { plain } from '../format/plain.ts'
import { reasonText } from '../format/reasons.ts'
import { formatTime } from '../format/times.ts'
import { amountOf, priceOf, sideText, statusText, timeInForceText, tradedText, typeText } from '../format/words.ts'
import { isFinished, type OrderRow, type Refusal } from '../orders/order-row.ts'

/** A column of the host's own: text only, so that nothing it shows can become an element. */
export interface LogColumn {
  /** Names the column, for sorting and for the part `cell-NAME`. */
  readonly name: string
  readonly label: string
  /** What a cell shows. */
  readonly text: (row: OrderRow, timeZone: string | undefined) => string
  /** Sorts by this text, or by what the cell shows; decimals and times sort as such when `sorts` says so. */
  readonly key?: (row: OrderRow) => string
  readonly sorts?: 'text' | 'decimal'
  /** What the export writes; default: what the cell shows. */
  readonly raw?: (row: OrderRow) => string
  readonly align?: 'start' | 'end'
  /** A CSS track of a grid; default `minmax(90px, 1fr)`. */
  readonly width?: string
}

/** The built-in columns by name. */
export type LogColumnName = 'time' | 'symbol' | 'side' | 'quantity' | 'price' | 'status' | 'filled' | 'average' | 'type' | 'lifetime' | 'account' | 'strategy' | 'broker' | 'updated' | 'id'

/** In words, with what was measured against what. */
function told(reason: Refusal): string {
  return [reasonText(reason), measured(reason)].filter((part) => part !== '').join(': ')
}

/** Filled quantity and average price, or why there is none. */
export function reasonOf(row: OrderRow): string {
  const reason = row.denial ?? row.rejection
  if (reason !== undefined && isFinished(row.status)) {
    return row.denial === undefined ? reason.message : told(row.denial)
  }
  return row.refusal === undefined ? '' : told(row.refusal)
}

function filledOf(row: OrderRow): string {
  return row.averagePrice === undefined ? reasonOf(row) : tradedText(row.filledQuantity, formatAverage(row.averagePrice))
}

/** A label is the name itself where it does not say otherwise. */
const columns: readonly (Omit<LogColumn, 'label'> & { readonly name: LogColumnName; readonly label?: string })[] = [
  { name: 'time', text: (row, zone) => formatTime(row.createdAt, zone), width: '98px' },
  { name: 'symbol', text: (row) => row.symbol, width: 'minmax(84px, 0.8fr)' },
  { name: 'side', text: (row) => sideText(row.side), width: '90px' },
  { name: 'quantity', text: amountOf, align: 'end', width: 'minmax(104px, 0.7fr)' },
  { name: 'price', text: priceOf, align: 'end', width: 'minmax(180px, 1.1fr)' },
  { name: 'status', text: (row) => statusText(row.status), width: '138px' },
  { name: 'filled', text: filledOf, width: 'minmax(120px, 1.5fr)' },
  { name: 'average', label: 'Average price', text: (row) => (row.averagePrice === undefined ? '' : formatAverage(row.averagePrice)), align: 'end' },
  { name: 'type', text: (row) => typeText(row.type) },
  { name: 'lifetime', label: 'Time in force', text: (row) => timeInForceText(row.timeInForce) },
  { name: 'account', text: (row) => row.account },
  { name: 'strategy', text: (row) => row.strategy ?? '' },
  { name: 'broker', text: (row) => row.broker },
  { name: 'updated', text: (row, zone) => formatTime(row.updatedAt, zone), width: '98px' },
  { name: 'id', label: 'Order', text: (row) => row.id },
]

const byName = new Map<string, LogColumn>(columns.map((column) => [column.name, { label: plain(column.name), ...column }]))

export const DEFAULT_COLUMNS = 'time symbol side quantity price status filled'

/** Columns as a host names them: `time symbol status`, or a list with columns of its own among the names. */
export type LogColumns = string | readonly (LogColumnName | LogColumn)[]

/** Unknown names are left out: an attribute may be of a newer page than the bundle. */
export function columnsOf(chosen: LogColumns | null | undefined): readonly LogColumn[] {
  const list = typeof chosen === 'string' ? chosen.trim().split(/[\s,]+/) : (chosen ?? [])
  const found = list.map((entry) => (typeof entry === 'string' ? byName.get(entry) : entry)).filter((column) => column !== undefined)
  return found.length > 0 ? found : columnsOf(DEFAULT_COLUMNS)
}

/** The least width of a row, in pixels: the least of each column, the buttons and the margin. */
export function leastOf(tracks: readonly string[]): number {
  return tracks.reduce((sum, track) => sum + Number(/\d+(?=px)/.exec(track)?.[0] ?? 96), 80)
}
