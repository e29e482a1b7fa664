// What a log needs once a person searches, filters, sorts or saves: loaded then.
export { saveRows } from './csv.ts'
export { RowView } from './row-view.ts'
