import { closeSync, fsyncSync, openSync } from 'node:fs'
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import type { ExportRow, RowWriter } from './export-row.ts'

/** Rows in one row group: what is held in memory at once. */
const GROUP = 20_000
/** Node's own, with the size that was written beside it: every reader of Parquet knows it. */
const compressors = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes) }
const decompressors = { ZSTD: (bytes: Uint8Array): Uint8Array => zstdDecompressSync(bytes) }

const text = <Name extends keyof ExportRow>(name: Name) => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' }) as const
const whole = <Name extends keyof ExportRow>(name: Name) => ({ name, type: 'INT64', repetition_type: 'REQUIRED' }) as const
const COLUMNS = [text('account'), whole('sequence'), whole('epoch'), text('time'), text('type'), text('hash'), text('data')] as const

export function parquetWriter(path: string): RowWriter {
  const writer = new ParquetWriter({
    writer: fileWriter(path), schema: [{ name: 'root', num_children: COLUMNS.length }, ...COLUMNS], codec: 'ZSTD', compressors, createdBy: 'sluice',
  })
  let rows: ExportRow[] = []
  const flush = (): void => {
    if (rows.length === 0) return
    const columnData = COLUMNS.map(({ name, type }) => ({ name, data: rows.map((row) => (type === 'INT64' ? BigInt(row[name]) : row[name])) }))
    void writer.write({ columnData, rowGroupSize: rows.length })
    rows = []
  }
  return {
    write: (row) => {
      rows.push(row)
      if (rows.length >= GROUP) flush()
    },
    finish: () => {
      flush()
      void writer.finish()
      const descriptor = openSync(path, 'r+')
      try { fsyncSync(descriptor) } finally { closeSync(descriptor) }
    },
    abandon: () => undefined,
  }
}

export async function* readParquet(path: string): AsyncGenerator<ExportRow, void, undefined> {
  const file = await asyncBufferFromFile(path)
  const metadata = await parquetMetadataAsync(file)
  let rowStart = 0
  for (const group of metadata.row_groups) {
    const rowEnd = rowStart + Number(group.num_rows)
    const rows = await parquetReadObjects({ file, metadata, compressors: decompressors, rowStart, rowEnd })
    for (const row of rows) yield { ...row, sequence: Number(row['sequence']), epoch: Number(row['epoch']) } as ExportRow
    rowStart = rowEnd
  }
}
