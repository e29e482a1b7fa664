import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dictionaryOf, reportBody } from '../../test/support/scripted-session.ts'
import { wire } from '../../test/support/wire.ts'
import type { FieldList } from '../codec/encoder.ts'
import { readMessage } from '../codec/scanner.ts'
import { createSession } from './session.ts'
import type { Session, SessionEvent, StoredMessage } from './session-types.ts'

const RUNS = Number(process.env['SLUICE_FIX_SESSIONS'] ?? 150)
const dictionary = dictionaryOf('4.4')
const REPORT: FieldList = readMessage(wire(`8=FIX.4.4|35=8|${reportBody('4.4')}`), dictionary)!.fields().slice(3, -1).filter(([tag]) => tag !== 17)

/** One side: its session, what it has stored, what waits on the line to the other side, what its application has got. */
interface Side {
  session: Session
  readonly store: Map<number, Uint8Array>
  line: Uint8Array[]
  readonly got: string[]
}

it('whatever the line loses, everything arrives once and in order when it is up again', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('send', 'answer') }, { weight: 5, arbitrary: fc.constantFrom('carry', 'carry back') }, { weight: 1, arbitrary: fc.constantFrom('cut', 'wait') },
  )
  fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    let time = 0
    const make = (role: 'initiator' | 'acceptor'): Side => ({
      session: createSession({ dictionary, role, senderCompId: role, targetCompId: role === 'initiator' ? 'acceptor' : 'initiator' }), store: new Map(), line: [], got: [],
    })
    const [left, right] = [make('initiator'), make('acceptor')]
    const run = (side: Side, event: SessionEvent): void => {
      for (const action of side.session.handle(event, { wall: time, monotonic: time })) {
        if (action.kind === 'send') {
          if (action.stored) side.store.set(action.sequence, action.bytes)
          side.line.push(action.bytes)
        } else if (action.kind === 'load') {
          const messages: StoredMessage[] = [...side.store].filter(([sequence]) => sequence >= action.from && sequence <= action.to).map(([sequence, bytes]) => ({ sequence, bytes }))
          run(side, { kind: 'loaded', from: action.from, to: action.to, messages })
        } else if (action.kind === 'deliver') {
          side.got.push(action.message.text(17) ?? '')
          run(side, { kind: 'delivered', receipt: action.receipt })
        } else if (action.kind === 'disconnect') cut()
      }
    }
    const cut = (): void => {
      left.line = []
      right.line = []
      run(left, { kind: 'disconnected' })
      run(right, { kind: 'disconnected' })
    }
    const carry = (from: Side, to: Side): void => {
      const bytes = from.line.shift()
      if (bytes !== undefined) run(to, { kind: 'received', message: readMessage(bytes, dictionary)! })
    }
    const settle = (): void => {
      if (left.session.status === 'disconnected') {
        cut()
        run(right, { kind: 'connected' })
        run(left, { kind: 'connected' })
      }
      for (let turns = 0; turns < 2000 && left.line.length + right.line.length > 0; turns += 1) {
        carry(left, right)
        carry(right, left)
      }
    }
    const wanted = { left: [] as string[], right: [] as string[] }
    const send = (side: Side, list: string[]): void => {
      if (side.session.status !== 'active') return
      const id = `E${list.length + 1}`
      list.push(id)
      run(side, { kind: 'send', type: '8', fields: [...REPORT, [17, id]] })
    }
    settle()
    for (const what of steps) {
      time += 10
      if (what === 'send') send(left, wanted.right)
      else if (what === 'answer') send(right, wanted.left)
      else if (what === 'carry') carry(left, right)
      else if (what === 'carry back') carry(right, left)
      else if (what === 'cut') { cut(); if (time % 20 === 0) settle() }
      else { time += 40_000; run(left, { kind: 'tick' }); run(right, { kind: 'tick' }) }
    }
    cut()
    settle()
    // One more message shows each side what it has missed.
    run(left, { kind: 'send', type: '8', fields: [...REPORT, [17, 'end']] })
    run(right, { kind: 'send', type: '8', fields: [...REPORT, [17, 'end']] })
    settle()
    expect(right.got).toEqual([...wanted.right, 'end'])
    expect(left.got).toEqual([...wanted.left, 'end'])
    expect([left.session.nextTarget, right.session.nextTarget]).toEqual([right.session.nextSender, left.session.nextSender])
  }), { numRuns: RUNS })
}, 20_000 + RUNS * 10)
