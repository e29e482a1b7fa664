import { createDictionary } from '../../src/codec/dictionary/create-dictionary.ts'
import type { Dictionary, FixVersion } from '../../src/codec/dictionary/dictionary.ts'
import type { MessageView } from '../../src/codec/message-view.ts'
import { readMessage } from '../../src/codec/scanner.ts'
import { formatTimestamp } from '../../src/codec/timestamp.ts'
import { createSession } from '../../src/session/session.ts'
import type { Session, SessionAction, SessionEvent, SessionNumbers, SessionOptions, StoredMessage } from '../../src/session/session-types.ts'
import { wire } from './wire.ts'

const dictionaries = new Map<FixVersion, Dictionary>()

export function dictionaryOf(version: FixVersion): Dictionary {
  const dictionary = dictionaries.get(version) ?? createDictionary(version)
  dictionaries.set(version, dictionary)
  return dictionary
}

/** Fields that a test changes in the header of a message; null leaves one out. */
type Header = Readonly<Partial<Record<'begin' | 'sender' | 'target' | 'sequence' | 'time', string | number | null>>>

/** A session of ours and a counterparty that does exactly what the test says. */
export interface Script {
  readonly session: Session
  readonly actions: SessionAction[]
  /** What was sent since the last call, as `type` and view. */
  sent(): MessageView[]
  /** The types of what was sent since the last call. */
  types(): string
  event(event: SessionEvent): void
  /** A message from the counterparty: its next number, the right CompIDs, now. */
  peer(type: string, body?: string, header?: Header): void
  peerNext: number
  /** Moves time on and lets the session know. */
  wait(milliseconds: number): void
  logOn(): void
  readonly disconnected: string | undefined
  /** Numbers of deliveries. */
  delivered(): number[]
  targets(): number[]
  readonly wall: number
  readonly store: Map<number, Uint8Array>
}

const START = 1_795_357_800_000

export function scriptedSession(version: FixVersion, options: Partial<SessionOptions> = {}, numbers?: SessionNumbers): Script {
  const dictionary = options.dictionary ?? dictionaryOf(version)
  const session = createSession({ dictionary, senderCompId: 'DESK', targetCompId: 'BROKER', ...options }, numbers)
  const actions: SessionAction[] = []
  const store = new Map<number, Uint8Array>()
  let elapsed = 0
  let read = 0

  const run = (event: SessionEvent): void => {
    for (const action of session.handle(event, { wall: START + elapsed, monotonic: elapsed })) {
      actions.push(action)
      if (action.kind === 'send' && action.stored) store.set(action.sequence, action.bytes)
      if (action.kind === 'reset') store.clear()
      if (action.kind === 'load') {
        const messages: StoredMessage[] = [...store].filter(([sequence]) => sequence >= action.from && sequence <= action.to).map(([sequence, bytes]) => ({ sequence, bytes }))
        run({ kind: 'loaded', from: action.from, to: action.to, messages })
      }
    }
  }
  const script: Script = {
    session, actions, store, peerNext: 1, event: run,
    get wall() { return START + elapsed },
    get disconnected() { return actions.flatMap((action) => (action.kind === 'disconnect' ? [action.reason] : [])).at(-1) },
    sent: () => {
      const fresh = actions.slice(read)
      read = actions.length
      return fresh.flatMap((action) => (action.kind === 'send' ? [readMessage(action.bytes, dictionary)!] : []))
    },
    types: () => script.sent().map(({ type }) => type).join(''),
    peer: (type, body = '', header = {}) => {
      const { begin = dictionary.beginString, sender = 'BROKER', target = 'DESK', sequence = script.peerNext, time = formatTimestamp(script.wall) } = header
      const parts = [[35, type], [49, sender], [56, target], [34, sequence], [52, time]].filter(([, value]) => value !== null).map(([tag, value]) => `${tag}=${value}`)
      if (header.sequence === undefined) script.peerNext += 1
      run({ kind: 'received', message: readMessage(wire(`8=${begin}|${parts.join('|')}|${body}`), dictionary)! })
    },
    wait: (milliseconds) => { elapsed += milliseconds; run({ kind: 'tick' }) },
    logOn: () => {
      run({ kind: 'connected' })
      script.peer('A', logonBody(version))
      script.sent()
    },
    delivered: () => actions.flatMap((action) => (action.kind === 'deliver' ? [action.sequence] : [])),
    targets: () => actions.flatMap((action) => (action.kind === 'target' ? [action.next] : [])),
  }
  return script
}

export function logonBody(version: FixVersion): string {
  return `98=0|108=30|${version === '5.0SP2' ? '1137=9|' : ''}`
}

/** A valid ExecutionReport of any version. */
export function reportBody(version: FixVersion, id: string = 'E1'): string {
  return `37=B1|11=C1|17=${id}|${version === '4.2' ? '20=0|' : ''}150=0|39=0|55=AAPL|54=1|38=10|151=10|14=0|6=0|`
}
