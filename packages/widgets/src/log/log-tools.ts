// What a log needs once a person searches, filters, sorts or saves: loaded then.
export { download, toCsv } from './csv.ts'
export { RowView } from './row-view.ts'
