import type { Dictionary } from '../codec/dictionary/dictionary.ts'
import type { FieldList } from '../codec/encoder.ts'
import type { MessageView } from '../codec/message-view.ts'
import type { Schedule } from './schedule.ts'

/** The time at which an event happens, in ms: the session has no clock of its own. */
export interface Instant {
  /** Since the Unix epoch, for stamps and schedules. */
  readonly wall: number
  /** From any start, never backwards, for intervals. */
  readonly monotonic: number
}

/** What a callback may answer about a message that the counterparty wants again. */
export type ResendDecision = 'resend' | 'gap_fill'

export interface SessionOptions {
  readonly dictionary: Dictionary
  /** SenderCompID 49 of our messages. */
  readonly senderCompId: string
  /** TargetCompID 56 of our messages. */
  readonly targetCompId: string
  /** Who logs on: the initiator does, the acceptor waits and answers. Default `'initiator'`. */
  readonly role?: 'initiator' | 'acceptor'
  /** More header fields for each message, for example SenderSubID 50. Default none. */
  readonly header?: FieldList
  /** HeartBtInt 108, in seconds. Default 30. */
  readonly heartbeatInterval?: number
  /** More fields of the Logon: Username 553, Password 554, NewPassword 925, or what the broker wants. Default none. */
  readonly logonFields?: FieldList
  /** Signs the Logon: answers fields, such as RawDataLength 95 and RawData 96, for the time and number it is sent with. Default none. */
  readonly signLogon?: (logon: { readonly sendingTime: string; readonly sequence: number }) => FieldList
  /** Both sides start at 1 with each Logon (ResetSeqNumFlag 141). Default false. */
  readonly resetOnLogon?: boolean
  /** Tells the counterparty in the Logon what is expected next (789), so that it sends a gap unasked. Default false. */
  readonly nextExpectedOnLogon?: boolean
  /** The most messages to ask for with one ResendRequest; 0 asks for all that is missing. Default 0. */
  readonly resendChunk?: number
  /** The most messages to keep while a gap is filled; one more ends the session. Default 10000. */
  readonly maximumQueue?: number
  /** The largest message, in bytes; offered in the Logon as 383. Default 65536. */
  readonly maximumMessageSize?: number
  /** How far SendingTime 52 may be off, in ms. Default 120000. */
  readonly maximumLatency?: number
  /** How long to wait for the answer to a Logon, in ms. Default 10000. */
  readonly logonTimeout?: number
  /** How long to wait for the answer to a Logout, or for the line to go down after one, in ms. Default 2000. */
  readonly logoutTimeout?: number
  /** How long a gap may stay open without progress until it is asked for again, in ms. Default 30000. */
  readonly resendTimeout?: number
  /** Application messages that are taken; others are answered with a BusinessMessageReject. Default: those the dictionary defines. */
  readonly accepts?: readonly string[]
  /** Whether messages are held against the dictionary. Default true. */
  readonly validate?: boolean
  /** What to do with tags from 5000 on that nobody has declared. Default `'reject'`. */
  readonly undeclaredTags?: 'reject' | 'allow'
  /** When the session may be up, and when its numbers start again. Default always, never. */
  readonly schedule?: Schedule
  /** Whether a stored application message is sent again when the counterparty asks for it. Default: it is. */
  readonly onResend?: (message: MessageView) => ResendDecision
}

/** What survives a restart. */
export interface SessionNumbers {
  /** The number of the next message that we send. */
  readonly nextSender: number
  /** The number of the next message that we have not yet consumed. */
  readonly nextTarget: number
  /** When the numbers last started at 1, in ms since the epoch. */
  readonly createdAt: number
}

export interface StoredMessage {
  readonly sequence: number
  readonly bytes: Uint8Array
}

export type SessionEvent =
  | { readonly kind: 'connected' }
  /** The view is needed only during the call: what the session keeps it copies. */
  | { readonly kind: 'received'; readonly message: MessageView }
  | { readonly kind: 'garbled' }
  /** Time has passed. Send it at `deadline()` at the latest. */
  | { readonly kind: 'tick' }
  /** Sends an application message; `reference` comes back with the action. */
  | { readonly kind: 'send'; readonly type: string; readonly fields: FieldList; readonly reference?: unknown }
  /** The answer to `load`. Numbers that are missing are filled as gaps. */
  | { readonly kind: 'loaded'; readonly from: number; readonly to: number; readonly messages: readonly StoredMessage[] }
  /** The application has consumed a delivery for good. */
  | { readonly kind: 'delivered'; readonly receipt: number }
  | { readonly kind: 'logout'; readonly text?: string }
  /** Starts the numbers again while logged on. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'disconnected' }

export type SessionAction =
  /** New messages are stored before they are written; what is sent again (`stored` false) is only written. */
  | { readonly kind: 'send'; readonly type: string; readonly sequence: number; readonly bytes: Uint8Array; readonly stored: boolean; readonly reference?: unknown }
  /** Could not be sent: nobody is logged on, or the message cannot be written. */
  | { readonly kind: 'unsent'; readonly reason: string; readonly reference?: unknown }
  /** For the application: an application message, or a Reject 3 of one of ours. Answer with `delivered`. */
  | { readonly kind: 'deliver'; readonly message: MessageView; readonly sequence: number; readonly receipt: number; readonly possDup: boolean; readonly possResend: boolean }
  /** Read these messages from the store and come back with `loaded`. */
  | { readonly kind: 'load'; readonly from: number; readonly to: number }
  /** Everything below is consumed: make it durable. */
  | { readonly kind: 'target'; readonly next: number }
  /** Both numbers start again: forget what is stored. */
  | { readonly kind: 'reset'; readonly numbers: SessionNumbers }
  | { readonly kind: 'disconnect'; readonly reason: string }
  | { readonly kind: 'notice'; readonly code: NoticeCode; readonly text: string }

export type NoticeCode =
  | 'logged_on' | 'logged_out' | 'refused' | 'gap' | 'gap_filled' | 'rejected' | 'duplicate' | 'garbled' | 'reset' | 'target_raised'

export type SessionStatus = 'disconnected' | 'logon_sent' | 'logon_awaited' | 'active' | 'logout_sent' | 'logout_received'

/** A FIX session without a socket or a clock: events in, actions out, in the order in which they are to be carried out. */
export interface Session {
  readonly status: SessionStatus
  readonly nextSender: number
  readonly nextTarget: number
  /** Whether messages are missing that were asked for. */
  readonly hasGap: boolean
  handle(event: SessionEvent, at: Instant): readonly SessionAction[]
  /** The monotonic time at which a `tick` is due; Infinity when none is. */
  deadline(): number
}
