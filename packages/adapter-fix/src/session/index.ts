// Everything that it takes to speak FIX over any line: the codec and the session.
export type { Dictionary, DictionaryExtension, FieldDefinition, FieldType, FixVersion, GroupDefinition, MessageDefinition } from '../codec/dictionary/dictionary.ts'
export { createDictionary } from '../codec/dictionary/create-dictionary.ts'
export { createEncoder, type Encoder, type Field, type FieldList, type FieldValue } from '../codec/encoder.ts'
export type { FieldReader, MessageView } from '../codec/message-view.ts'
export type { GarbledReason } from '../codec/scan-frame.ts'
export { createScanner, readMessage, type Scanner, type ScannerOptions, type ScannerSink } from '../codec/scanner.ts'
export { formatTimestamp } from '../codec/timestamp.ts'
export { REJECT_REASON, validate, type ValidateOptions, type Violation } from '../codec/validate.ts'

export { createSchedule, type Schedule, type ScheduleOptions, type Weekday } from './schedule.ts'
export { createSession } from './session.ts'
export type {
  Instant, NoticeCode, ResendDecision, Session, SessionAction, SessionEvent, SessionNumbers, SessionOptions, SessionStatus, StoredMessage,
} from './session-types.ts'
