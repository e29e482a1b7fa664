// The cases of the FIX Session Layer Test Cases that session-cases.test.ts does not have, by their numbers.
import { describe, expect, it } from 'vitest'
import { dictionaryOf, logonBody, reportBody, scriptedSession, type Script } from '../../test/support/scripted-session.ts'
import { readable, wire } from '../../test/support/wire.ts'
import { bytesOf, textOf } from '../codec/bytes.ts'
import { createScanner } from '../codec/scanner.ts'
import { formatTimestamp } from '../codec/timestamp.ts'
import type { SessionOptions } from './session-types.ts'

describe.each(['4.2', '4.4', '5.0SP2'] as const)('session of %s, further cases', (version) => {
  const report = reportBody(version)
  const dictionary = dictionaryOf(version)
  const open = (options: Partial<SessionOptions> = {}): Script => {
    const script = scriptedSession(version, options)
    script.logOn()
    return script
  }
  /** The counterparty's next message as bytes, for what only the scanner sees. */
  const raw = (script: Script, type: string, body = ''): string => {
    const bytes = wire(`8=${dictionary.beginString}|35=${type}|49=BROKER|56=DESK|34=${script.peerNext}|52=${formatTimestamp(script.wall)}|${body}`)
    return textOf(bytes, 0, bytes.length)
  }
  const bytes = (script: Script, text: string): void => {
    const scanner = createScanner({ dictionary })
    scanner.push(bytesOf(text), { message: (message) => { script.event({ kind: 'received', message: message.copy() }) }, garbled: () => { script.event({ kind: 'garbled' }) } })
  }

  it.each([
    ['3a a right CheckSum is taken', (text: string) => text, 3],
    ['3b a wrong CheckSum is garbled', (text: string) => text.replace(/10=\d{3}/, (field) => (field === '10=000' ? '10=001' : '10=000')), 2],
    ['3c a CheckSum of two digits is garbled', (text: string) => text.replace(/10=(\d)\d\d/, '10=$1'), 2],
    ['3d a CheckSum with more behind it is garbled', (text: string) => text.replace(/10=(\d{3})/, '10=$1x'), 2],
    ['3e a BodyLength that is too short is garbled', (text: string) => text.replace(/9=(\d+)/, (_, length: string) => `9=${Number(length) - 1}`), 2],
    ['3f a BodyLength that is too long is garbled', (text: string) => text.replace(/9=(\d+)/, (_, length: string) => `9=${Number(length) + 1}`), 2],
    ['2t BeginString, BodyLength and MsgType in another order are garbled', (text: string) => text.replace(/(9=\d+.)(35=0.)/s, '$2$1'), 2],
  ] as const)('%s', (_, change, next) => {
    const script = open()
    bytes(script, change(raw(script, '0')))
    expect([script.session.nextTarget, script.session.status, script.types()]).toEqual([next, 'active', ''])
  })
  it('2d after garbled bytes the next message reveals the gap, and the lost one is asked for', () => {
    const script = open()
    bytes(script, raw(script, '8', report).replace(/10=\d{3}/, '10=xxx'))
    script.peerNext += 1
    script.peer('8', report)
    expect(script.sent().map((request) => [request.type, request.integer(7)])).toEqual([['2', 2]])
  })
  it('5a a Heartbeat is taken and answered with nothing', () => {
    const script = open()
    script.peer('0')
    script.peer('0', '112=unasked|')
    expect([script.session.nextTarget, script.types(), script.session.status]).toEqual([4, '', 'active'])
  })
  it('6a the TestRequest has an id, each another, and its Heartbeat ends the question', () => {
    const script = open()
    script.wait(36_000)
    const [first] = script.sent().filter(({ type }) => type === '1')
    script.peer('0', `112=${first?.text(112) ?? ''}|`)
    script.wait(36_000)
    const [second] = script.sent().filter(({ type }) => type === '1')
    expect([typeof first?.text(112), first?.text(112) === second?.text(112), script.session.status]).toEqual(['string', false, 'active'])
  })
  it('7a a Reject from the other side moves the number on, and is not answered', () => {
    const script = open()
    script.peer('3', '45=1|58=why|')
    expect([script.session.nextTarget, script.types(), script.session.status]).toEqual([3, '', 'active'])
  })
  it('8 a session message that is asked for alone is filled as a gap', () => {
    const script = open()
    script.peer('2', '7=1|16=1|')
    expect(script.sent().map((message) => [message.type, message.sequence, message.boolean(123), message.boolean(43), message.integer(36)])).toEqual([['4', 1, true, true, 2]])
  })
  it('8 the same range asked for twice is answered twice', () => {
    const script = open()
    script.peer('2', '7=1|16=0|')
    script.peer('2', '7=1|16=0|')
    expect(script.types()).toBe('44')
  })
  it('9 both sides agree on their numbers after a start in the middle', () => {
    const script = scriptedSession(version, {}, { nextSender: 20, nextTarget: 30, createdAt: 1 })
    script.peerNext = 30
    script.logOn()
    script.peer('8', report)
    expect([script.session.nextSender, script.session.nextTarget, script.delivered()]).toEqual([21, 32, [31]])
  })
  it('10 a gap fill over what was queued already does not deliver it twice', () => {
    const script = open()
    script.peer('8', report, { sequence: 4 })
    script.peer('4', '43=Y|123=Y|36=6|', { sequence: 2 })
    expect([script.delivered(), script.session.nextTarget, script.session.hasGap]).toEqual([[], 6, false])
  })
  it('11 a reset forward ends an open gap: nothing before it comes any more', () => {
    const script = open()
    script.peer('8', report, { sequence: 5 })
    script.peer('4', '36=9|', { sequence: 2 })
    expect([script.session.nextTarget, script.session.hasGap, script.session.status]).toEqual([9, false, 'active'])
  })
  it('12a an orderly end: Logout, its answer, and the line is closed', () => {
    const script = open()
    script.event({ kind: 'logout' })
    expect([script.types(), script.session.status]).toEqual(['5', 'logout_sent'])
    script.peer('5')
    expect(script.session.status).toBe('disconnected')
  })
  it('14n what has no field behind the header is rejected by its requirements, not garbled', () => {
    const script = open()
    script.peer('8')
    const [reject] = script.sent()
    expect([reject?.type, reject?.integer(373), script.session.nextTarget]).toEqual(['3', 1, 3])
  })
  it('15a body fields come in any order', () => {
    const script = open()
    script.peer('8', `${report.split('|').filter((field) => field !== '').toReversed().join('|')}|`)
    expect([script.delivered(), script.types()]).toEqual([[2], ''])
  })
  it('15b header fields behind the first three come in any order', () => {
    const script = open()
    const shuffled = wire(`8=${dictionary.beginString}|35=0|52=${formatTimestamp(script.wall)}|34=2|56=DESK|49=BROKER|`)
    bytes(script, textOf(shuffled, 0, shuffled.length))
    expect([script.session.nextTarget, script.types()]).toEqual([3, ''])
  })
  it('16 an application message without a session is not sent, and told so', () => {
    const script = scriptedSession(version)
    script.event({ kind: 'send', type: 'D', fields: [], reference: 'it' })
    expect(script.actions).toMatchObject([{ kind: 'unsent', reference: 'it' }])
  })
  it('16 what is sent while a gap is open keeps its order and its numbers', () => {
    const script = open()
    script.peer('8', report, { sequence: 4 })
    script.event({ kind: 'send', type: 'B', fields: [[148, 'one'], [33, 1], [58, 'x']] })
    script.event({ kind: 'send', type: 'B', fields: [[148, 'two'], [33, 1], [58, 'x']] })
    expect(script.sent().map((message) => [message.type, message.sequence])).toEqual([['2', 2], ['B', 3], ['B', 4]])
  })
  it('17 a Logon that asks for encryption does not begin a session', () => {
    const script = scriptedSession(version)
    script.event({ kind: 'connected' })
    script.peer('A', logonBody(version).replace('98=0', '98=1'))
    expect(script.session.status).not.toBe('active')
  })
  it('18 third-party addresses are taken and handed on', () => {
    const script = open()
    script.peer('8', `115=THIRD|128=FOURTH|${report}`)
    const delivered = script.actions.find((action) => action.kind === 'deliver')
    expect(delivered?.kind === 'deliver' ? [delivered.message.text(115), delivered.message.text(128)] : undefined).toEqual(['THIRD', 'FOURTH'])
  })
  it('19 PossResend with a new number is delivered, marked as such', () => {
    const script = open()
    script.peer('8', `97=Y|${report}`)
    expect(script.actions.find(({ kind }) => kind === 'deliver')).toMatchObject({ possDup: false, possResend: true, sequence: 2 })
  })
  it('20 both sides ask for a resend at once: each is answered, each gap closes', () => {
    const script = open()
    script.event({ kind: 'send', type: 'B', fields: [[148, 'one'], [33, 1], [58, 'x']] })
    script.sent()
    script.peer('2', '7=1|16=0|', { sequence: 5 })
    const sent = script.sent().map((message) => [message.type, message.sequence])
    expect(sent.filter(([type]) => type === '2')).toHaveLength(1)
    expect(sent.filter(([type]) => type === 'B')).toHaveLength(1)
    script.peer('4', '43=Y|123=Y|36=6|', { sequence: 2 })
    expect([script.session.hasGap, script.session.status]).toEqual([false, 'active'])
  })
  it('what we send can be read, with the header in its order', () => {
    const script = open()
    script.wait(30_000)
    const [heartbeat] = script.sent()
    expect(readable(heartbeat?.raw() ?? new Uint8Array(0))).toMatch(/^8=[^|]+\|9=\d+\|35=0\|49=DESK\|56=BROKER\|34=2\|52=[\d:.-]+\|10=\d{3}\|$/)
  })
})
