import { createEncoder, type FieldList } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import type { SessionOptions } from './session-types.ts'

/** Writes messages with the header of a session. */
export interface MessageWriter {
  write(type: string, sequence: number, sendingTime: number, fields: FieldList, duplicate?: boolean): Uint8Array
  /** The same message again: PossDupFlag, a new SendingTime, the first one as OrigSendingTime. */
  rewrite(message: MessageView, sendingTime: number): Uint8Array
}

/** Fields that a message gets anew when it is sent again. */
const RENEWED: ReadonlySet<number> = new Set([8, 9, 10, 34, 35, 43, 49, 52, 56, 122])

export function createMessageWriter(options: SessionOptions): MessageWriter {
  const { dictionary, senderCompId, targetCompId, header = [], maximumMessageSize = 65_536 } = options
  const encoder = createEncoder(dictionary.beginString, maximumMessageSize)
  const begin = (type: string, sequence: number): void => {
    encoder.begin(type)
    encoder.text(49, senderCompId)
    encoder.text(56, targetCompId)
    encoder.integer(34, sequence)
  }
  return {
    write: (type, sequence, sendingTime, fields, duplicate = false) => {
      begin(type, sequence)
      if (duplicate) encoder.boolean(43, true)
      encoder.timestamp(52, sendingTime)
      if (duplicate) encoder.timestamp(122, sendingTime)
      for (const [tag, value] of header) encoder.field(tag, value)
      for (const [tag, value] of fields) encoder.field(tag, value)
      return encoder.finish().slice()
    },
    rewrite: (message, sendingTime) => {
      begin(message.type, message.sequence)
      encoder.boolean(43, true)
      encoder.timestamp(52, sendingTime)
      encoder.timestamp(122, message.timestamp(52) ?? sendingTime)
      for (const [tag, value] of message.fields()) if (!RENEWED.has(tag)) encoder.text(tag, value)
      return encoder.finish().slice()
    },
  }
}
