import type { Dictionary } from './dictionary/dictionary.ts'
import { createFieldIndex } from './field-index.ts'
import { createMessageView, type MessageView } from './message-view.ts'
import { type DataTags, type GarbledReason, scanFrame } from './scan-frame.ts'

export interface ScannerOptions {
  readonly dictionary: Dictionary
  /** The largest message that is read, in bytes. Default 65536. */
  readonly maximumMessageSize?: number
  /** The most fields that a message may have. Default 2048. */
  readonly maximumFields?: number
}

export interface ScannerSink {
  /** A whole message with a right BodyLength and CheckSum. The view is valid until this returns. */
  message(view: MessageView): void
  /** Bytes that are no message, up to where the next may begin. */
  garbled(reason: GarbledReason): void
}

/** Cuts a stream of bytes into messages, wherever the network has cut it. It never throws on what it reads. */
export interface Scanner {
  push(chunk: Uint8Array, sink: ScannerSink): void
  /** Forgets what is unfinished: for a new connection. */
  reset(): void
}

const TABLE = 2048

function dataTagsOf(dictionary: Dictionary): DataTags {
  return { table: Int32Array.from({ length: TABLE }, (_, tag) => dictionary.dataTagOf(tag)), other: (tag) => dictionary.dataTagOf(tag) }
}

/** The next place at which a message may begin. That it may also be the tail of a text field is found out by the scan. */
function nextBegin(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    if (bytes[at] !== 0x38) continue
    const rest = '8=FIX'
    let offset = 1
    while (offset < rest.length && at + offset < end && bytes[at + offset] === rest.charCodeAt(offset)) offset += 1
    if (offset === rest.length || at + offset === end) return at
  }
  return end
}

export function createScanner(options: ScannerOptions): Scanner {
  const { dictionary, maximumMessageSize = 65_536, maximumFields = 2048 } = options
  const dataTags = dataTagsOf(dictionary)
  const index = createFieldIndex(maximumFields)
  const view = createMessageView(index, dictionary)
  const buffer = new Uint8Array(maximumMessageSize * 2)
  let begin = 0
  let end = 0

  const drain = (sink: ScannerSink): void => {
    while (begin < end) {
      const frame = scanFrame(buffer, begin, end, maximumMessageSize, index, dataTags)
      if (frame.kind === 'more') return
      if (frame.kind === 'message') {
        begin += frame.length
        sink.message(view)
      } else {
        begin = nextBegin(buffer, begin + 1, end)
        sink.garbled(frame.reason)
      }
    }
  }

  return {
    push: (chunk, sink) => {
      // An unfinished message is never longer than half of the buffer, so that some of the chunk always fits.
      for (let from = 0; from < chunk.length;) {
        if (begin > 0) {
          buffer.copyWithin(0, begin, end)
          end -= begin
          begin = 0
        }
        const part = chunk.subarray(from, from + buffer.length - end)
        buffer.set(part, end)
        end += part.length
        from += part.length
        drain(sink)
      }
    },
    reset: () => { begin = 0; end = 0 },
  }
}

/** One message from bytes that hold exactly one; undefined when they do not. */
export function readMessage(bytes: Uint8Array, dictionary: Dictionary, maximumFields: number = 2048): MessageView | undefined {
  const index = createFieldIndex(maximumFields)
  const frame = scanFrame(bytes, 0, bytes.length, bytes.length, index, dataTagsOf(dictionary))
  return frame.kind === 'message' && frame.length === bytes.length ? createMessageView(index, dictionary).copy() : undefined
}
