import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { ExportRow, RowWriter } from './export-row.ts'

const CHUNK = 1 << 20
const DATA = ',"data":'

/** One JSON object a line, `data` last and as it was journaled. */
function formatLine({ data, ...place }: ExportRow): string {
  return `${JSON.stringify(place).slice(0, -1)}${DATA}${data}}\n`
}

/** @throws SyntaxError when the line is none of ours */
function parseLine(line: string): ExportRow {
  // A quote inside a string is escaped, so that the first match is the key.
  const at = line.indexOf(DATA)
  if (at < 0 || !line.endsWith('}')) throw new SyntaxError('not a line of an export')
  const data = line.slice(at + DATA.length, -1)
  JSON.parse(data)
  return { ...(JSON.parse(`${line.slice(0, at)}}`) as Omit<ExportRow, 'data'>), data }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
}

export function jsonLinesWriter(path: string): RowWriter {
  const descriptor = openSync(path, 'wx')
  let lines: string[] = []
  let size = 0
  const flush = (): void => {
    writeAll(descriptor, lines.join(''))
    lines = []
    size = 0
  }
  return {
    write: (row) => {
      const line = formatLine(row)
      lines.push(line)
      size += line.length
      if (size >= CHUNK) flush()
    },
    finish: () => {
      flush()
      fsyncSync(descriptor)
      closeSync(descriptor)
    },
    abandon: () => { closeSync(descriptor) },
  }
}

export async function* readJsonLines(path: string): AsyncGenerator<ExportRow, void, undefined> {
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) yield parseLine(line)
}
