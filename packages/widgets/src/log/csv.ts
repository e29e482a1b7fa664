import { SluiceExportEvent } from '../events/export-event.ts'
import type { RowSource } from '../orders/order-book.ts'
import { after } from '../runtime/timing.ts'
import { valuesOf } from './column-values.ts'
import { columnsOf, type LogColumn } from './columns.ts'

/** A spreadsheet takes text that begins so for a formula; a plain number is none. */
function isFormula(text: string): boolean {
  return /^[=+\-@\t\r]/.test(text) && !/^-?\d+(?:\.\d+)?$/.test(text)
}

function fieldOf(text: string): string {
  const safe = isFormula(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** The rows as CSV (RFC 4180): decimals and times as the server wrote them, in no locale. */
export function toCsv(rows: RowSource, columns: readonly LogColumn[]): string {
  const fields = columns.map((column) => ({ text: column.text, raw: valuesOf(column).raw }))
  const lines = [columns.map((column) => fieldOf(column.name)).join(',')]
  for (let position = 0; position < rows.size; position += 1) {
    const row = rows.at(position)
    if (row !== undefined) lines.push(fields.map(({ text, raw }) => fieldOf(raw?.(row) ?? text(row, undefined))).join(','))
  }
  return `${lines.join('\r\n')}\r\n`
}

/** Saves rows as a file, unless the host does; what identifies an order is always in it. */
export function saveRows(host: EventTarget, rows: RowSource, chosen: readonly LogColumn[]): void {
  const csv = toCsv(rows, [...columnsOf('id time'), ...chosen.filter(({ name }) => name !== 'id' && name !== 'time')])
  if (host.dispatchEvent(new SluiceExportEvent(csv))) download('orders.csv', csv)
}

/** Hands a text to the person as a file. */
function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken it by the next task.
  after(0, () => {
    URL.revokeObjectURL(url)
  })
}
