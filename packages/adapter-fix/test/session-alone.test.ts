// An application that is no order router, on `@sluice/adapter-fix/session` and a socket of its own: it asks for prices and gets them.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  createDictionary, createScanner, createSession, type Dictionary, type FieldList, type FixVersion, type MessageView, type Session, type SessionAction, type SessionEvent, type SessionOptions, type StoredMessage,
} from '../src/session/index.ts'

/** MarketDataRequest and the snapshot that answers it, as a user declares them. */
const PRICES = {
  fields: `262 MDReqID string
    263 SubscriptionRequestType char 0 1 2
    264 MarketDepth int
    267 NoMDEntryTypes numingroup
    268 NoMDEntries numingroup
    269 MDEntryType char 0 1 2
    270 MDEntryPx decimal
    271 MDEntrySize decimal`,
  messages: `V MarketDataRequest 262! 263! 264! 267!(269!) 146!(55!)
    W MarketDataSnapshotFullRefresh 262 55! 268!(269! 270 271)`,
}

/** All that a session needs around it. */
class Wire {
  readonly received: MessageView[] = []
  readonly notices: string[] = []
  readonly session: Session
  private readonly stored = new Map<number, Uint8Array>()
  private readonly answer: (message: MessageView, send: (type: string, fields: FieldList) => void) => void
  private socket: Socket | undefined
  private readonly dictionary: Dictionary

  constructor(options: SessionOptions, answer: Wire['answer'] = () => undefined) {
    this.dictionary = options.dictionary
    this.session = createSession(options)
    this.answer = answer
  }

  attach(socket: Socket): void {
    this.socket = socket
    const scanner = createScanner({ dictionary: this.dictionary })
    socket.on('data', (chunk: Uint8Array) => {
      scanner.push(chunk, { message: (message) => { this.handle({ kind: 'received', message }) }, garbled: () => { this.handle({ kind: 'garbled' }) } })
    })
    socket.on('error', () => undefined)
    socket.on('close', () => { this.handle({ kind: 'disconnected' }) })
    this.handle({ kind: 'connected' })
  }

  handle(event: SessionEvent): void {
    for (const action of this.session.handle(event, { wall: Date.now(), monotonic: performance.now() })) this.act(action)
  }

  send(type: string, fields: FieldList): void {
    this.handle({ kind: 'send', type, fields })
  }

  private act(action: SessionAction): void {
    switch (action.kind) {
      case 'send':
        if (action.stored) this.stored.set(action.sequence, action.bytes)
        this.socket?.write(action.bytes)
        break
      case 'deliver':
        this.received.push(action.message.copy())
        this.handle({ kind: 'delivered', receipt: action.receipt })
        this.answer(action.message, (type, fields) => { this.send(type, fields) })
        break
      case 'load': {
        const messages: StoredMessage[] = [...this.stored].filter(([sequence]) => sequence >= action.from && sequence <= action.to).map(([sequence, bytes]) => ({ sequence, bytes }))
        this.handle({ kind: 'loaded', from: action.from, to: action.to, messages })
        break
      }
      case 'reset': this.stored.clear(); break
      case 'disconnect': this.socket?.end(); break
      case 'notice': this.notices.push(action.code); break
      case 'target':
      case 'unsent':
    }
  }
}

const ending: (() => void)[] = []
afterEach(() => { for (const end of ending.splice(0)) end() })

async function pair(version: FixVersion): Promise<{ readonly feed: Wire; readonly client: Wire; dial(): Socket }> {
  const dictionary = createDictionary(version, PRICES)
  const feed = new Wire({ dictionary, role: 'acceptor', senderCompId: 'FEED-A', targetCompId: 'QUOTES-1' }, (message, send) => {
    for (const { symbol } of message.group(146).map((entry) => ({ symbol: entry.text(55) ?? '' }))) {
      send('W', [[262, message.text(262) ?? ''], [55, symbol], [268, 2], [269, '0'], [270, '187.4900'], [271, 300], [269, '1'], [270, '187.51'], [271, 200]])
    }
  })
  // FIX 4.2 has no fields for a name and a password yet: it used RawData.
  const logonFields: FieldList = version === '4.2' ? [[95, 18], [96, 'me/zqcanary-secret']] : [[553, 'me'], [554, 'zqcanary-secret']]
  const client = new Wire({ dictionary, senderCompId: 'QUOTES-1', targetCompId: 'FEED-A', heartbeatInterval: 5, header: [[50, 'ROOM-7']], logonFields })
  const server = createServer((socket) => { feed.attach(socket) })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  ending.push(() => { server.close() })
  const dial = (): Socket => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1', () => { client.attach(socket) })
    ending.push(() => { socket.destroy() })
    return socket
  }
  return { feed, client, dial }
}

describe.each(['4.2', '4.4', '5.0SP2'] as const)('an application of its own over %s', (version) => {
  const subscription = (symbols: readonly string[]): FieldList => [
    [262, 'R1'], [263, '1'], [264, 1], [267, 2], [269, '0'], [269, '1'], [146, symbols.length], ...symbols.map((symbol) => [55, symbol] as const),
  ]
  it('logs on with CompIDs of its own, sends its messages and receives theirs, groups and exact prices included', async () => {
    const { feed, client, dial } = await pair(version)
    dial()
    await vi.waitFor(() => { expect([client.session.status, feed.session.status]).toEqual(['active', 'active']) })
    client.send('V', subscription(['AAPL', 'MSFT']))
    await vi.waitFor(() => { expect(client.received).toHaveLength(2) })
    expect(feed.received.map((message) => [message.type, message.text(49), message.text(50), message.text(56)])).toEqual([['V', 'QUOTES-1', 'ROOM-7', 'FEED-A']])
    expect(client.received.map((message) => [message.text(55), message.group(268).map((entry) => entry.units(270))])).toEqual([
      ['AAPL', [187_490_000_000n, 187_510_000_000n]], ['MSFT', [187_490_000_000n, 187_510_000_000n]],
    ])
    client.handle({ kind: 'logout' })
    await vi.waitFor(() => { expect(client.session.status).toBe('disconnected') })
  })
  it('what a cut line has taken comes with the next one', async () => {
    const { feed, client, dial } = await pair(version)
    const first = dial()
    await vi.waitFor(() => { expect(client.session.status).toBe('active') })
    client.send('V', subscription(['AAPL']))
    await vi.waitFor(() => { expect(client.received).toHaveLength(1) })
    // Numbers are taken, and the line goes before the other side reads.
    first.pause()
    feed.send('W', [[262, 'R1'], [55, 'AAPL'], [268, 1], [269, '0'], [270, '188'], [271, 1]])
    feed.send('W', [[262, 'R1'], [55, 'AAPL'], [268, 1], [269, '0'], [270, '189'], [271, 1]])
    first.destroy()
    await vi.waitFor(() => { expect([client.session.status, feed.session.status]).toEqual(['disconnected', 'disconnected']) })
    dial()
    await vi.waitFor(() => { expect(client.received.map((message) => message.group(268)[0]?.text(270))).toEqual(['187.4900', '188', '189']) })
    expect(client.notices).toContain('gap_filled')
  })
})
