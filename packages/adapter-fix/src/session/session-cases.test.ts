// Our own cases, numbered after the FIX Session Layer Test Cases where there is one.
import { describe, expect, it } from 'vitest'
import { formatTimestamp } from '../codec/timestamp.ts'
import { logonBody, reportBody, scriptedSession, type Script } from '../../test/support/scripted-session.ts'
import type { SessionOptions } from './session-types.ts'

const START = 1_795_357_800_000

describe.each(['4.2', '4.4', '5.0SP2'] as const)('session of %s', (version) => {
  const report = reportBody(version)
  const open = (options: Partial<SessionOptions> = {}): Script => {
    const script = scriptedSession(version, options)
    script.logOn()
    return script
  }
  const reason = (code: number): number | undefined => (version === '4.2' && code > 11 ? undefined : code)

  describe('1 logon', () => {
    it('1a sends a Logon first, with the interval and the version', () => {
      const script = scriptedSession(version, { logonFields: [[553, 'me']] })
      script.event({ kind: 'connected' })
      const [logon] = script.sent()
      expect([logon?.type, logon?.sequence, logon?.text(49), logon?.text(56), logon?.integer(98), logon?.integer(108), logon?.text(553)]).toEqual(['A', 1, 'DESK', 'BROKER', 0, 30, 'me'])
      expect(logon?.text(1137)).toBe(version === '5.0SP2' ? '9' : undefined)
      expect(script.session.status).toBe('logon_sent')
    })
    it('1b is active once the Logon is answered', () => {
      const script = open()
      expect([script.session.status, script.session.nextSender, script.session.nextTarget]).toEqual(['active', 2, 2])
    })
    it('1b asks for what is missing when the answer is ahead, after it is logged on', () => {
      const script = scriptedSession(version)
      script.event({ kind: 'connected' })
      script.sent()
      script.peer('A', logonBody(version), { sequence: 5 })
      const [request] = script.sent()
      expect([script.session.status, request?.type, request?.integer(7), request?.integer(16)]).toEqual(['active', '2', 1, 0])
      script.peer('4', '43=Y|123=Y|36=5|', { sequence: 1 })
      expect([script.session.nextTarget, script.session.hasGap]).toEqual([6, false])
    })
    it.each([
      ['1c a wrong SenderCompID', 'A', { sender: 'OTHER' }], ['1c a wrong TargetCompID', 'A', { target: 'OTHER' }],
      ['1d an inaccurate SendingTime', 'A', { time: formatTimestamp(START - 200_000) }], ['1d a wrong BeginString', 'A', { begin: 'FIX.4.0' }],
      ['1e a first message that is no Logon', '0', {}], ['1d no MsgSeqNum', 'A', { sequence: null }],
    ] as const)('%s ends the connection', (_, type, header) => {
      const script = scriptedSession(version)
      script.event({ kind: 'connected' })
      script.peer(type, type === 'A' ? logonBody(version) : '', header)
      expect([script.session.status, script.disconnected !== undefined]).toEqual(['disconnected', true])
    })
    it('1d a garbled answer or none ends the connection', () => {
      for (const how of ['garbled', 'silence']) {
        const script = scriptedSession(version)
        script.event({ kind: 'connected' })
        if (how === 'garbled') script.event({ kind: 'garbled' })
        else script.wait(10_000)
        expect(script.disconnected).toBeDefined()
      }
    })
    it('1 an answer below the expected number ends it: it never falls back to 1', () => {
      const script = scriptedSession(version, {}, { nextSender: 8, nextTarget: 8, createdAt: 1 })
      script.event({ kind: 'connected' })
      script.sent()
      script.peer('A', logonBody(version), { sequence: 3 })
      const [logout] = script.sent()
      expect([logout?.type, logout?.text(58), script.session.status, script.session.nextTarget]).toEqual(['5', 'MsgSeqNum too low, expecting 8 but received 3', 'disconnected', 8])
    })
    it('1 a Logout in answer tells why and ends it', () => {
      const script = scriptedSession(version)
      script.event({ kind: 'connected' })
      script.peer('5', '58=bad password|')
      expect(script.disconnected).toBe('bad password')
    })
    it('1 ResetSeqNumFlag starts both sides at 1', () => {
      const script = scriptedSession(version, { resetOnLogon: true }, { nextSender: 30, nextTarget: 40, createdAt: 1 })
      script.event({ kind: 'connected' })
      expect(script.sent().map((logon) => [logon.sequence, logon.boolean(141)])).toEqual([[1, true]])
      script.peer('A', `${logonBody(version)}141=Y|`)
      expect([script.session.status, script.session.nextSender, script.session.nextTarget]).toEqual(['active', 2, 2])
    })
    it('1 a reset in the middle of the session is answered, the line stays', () => {
      const script = open()
      script.peer('8', report)
      script.peer('A', `${logonBody(version)}141=Y|`, { sequence: 1 })
      expect(script.sent().map((logon) => [logon.type, logon.sequence, logon.boolean(141)])).toEqual([['A', 1, true]])
      expect([script.session.status, script.session.nextSender, script.session.nextTarget]).toEqual(['active', 2, 2])
    })
    it('1 a reset that we begin waits for its answer', () => {
      const script = open()
      script.event({ kind: 'reset' })
      expect(script.types()).toBe('A')
      script.peer('A', `${logonBody(version)}141=Y|`, { sequence: 1 })
      expect([script.types(), script.session.nextSender, script.session.nextTarget]).toEqual(['', 2, 2])
    })
    it.skipIf(version === '4.2')('1 NextExpectedMsgSeqNum is said, and what the other side has not got is sent at once', () => {
      const script = scriptedSession(version, { nextExpectedOnLogon: true }, { nextSender: 5, nextTarget: 9, createdAt: 1 })
      script.event({ kind: 'connected' })
      expect(script.sent().map((logon) => [logon.sequence, logon.integer(789)])).toEqual([[5, 9]])
      script.peer('A', `${logonBody(version)}789=3|`, { sequence: 9 })
      expect(script.sent().map((message) => [message.type, message.sequence, message.integer(36)])).toEqual([['4', 3, 6]])
      const ahead = scriptedSession(version, { nextExpectedOnLogon: true })
      ahead.event({ kind: 'connected' })
      ahead.peer('A', `${logonBody(version)}789=7|`)
      expect(ahead.session.status).toBe('disconnected')
    })
    it('1 the Logon is signed for its own time and number', () => {
      const script = scriptedSession(version, { signLogon: ({ sendingTime, sequence }) => { const raw = `${sendingTime}/${sequence}`; return [[95, raw.length], [96, raw]] } })
      script.event({ kind: 'connected' })
      const [logon] = script.sent()
      expect(logon?.text(96)).toBe(`${logon?.text(52)}/1`)
    })
  })

  describe('2 receiving', () => {
    it('2a a message with the expected number is delivered', () => {
      const script = open()
      script.peer('8', report)
      expect([script.delivered(), script.session.nextTarget]).toEqual([[2], 3])
    })
    it('2b a message that reveals a gap waits until the gap is filled, in order, asked for once', () => {
      const script = open()
      script.peer('8', report, { sequence: 4 })
      script.peer('8', report, { sequence: 5 })
      const requests = script.sent()
      expect(requests.map((request) => [request.type, request.integer(7), request.integer(16)])).toEqual([['2', 2, 0]])
      expect(script.delivered()).toEqual([])
      const again = `43=Y|122=${formatTimestamp(script.wall)}|`
      script.peer('8', again + report, { sequence: 2 })
      script.peer('8', again + report, { sequence: 3 })
      expect([script.delivered(), script.session.nextTarget, script.session.hasGap]).toEqual([[2, 3, 4, 5], 6, false])
    })
    it('2b a second hole behind the first is asked for by itself', () => {
      const script = open()
      script.peer('8', report, { sequence: 4 })
      script.peer('8', report, { sequence: 8 })
      script.sent()
      script.peer('4', '43=Y|123=Y|36=4|', { sequence: 2 })
      expect(script.sent().map((request) => [request.type, request.integer(7)])).toEqual([['2', 5]])
      script.peer('4', '43=Y|123=Y|36=8|', { sequence: 5 })
      expect([script.delivered(), script.session.nextTarget]).toEqual([[4, 8], 9])
    })
    it('2b ranges are asked for in chunks where that is set', () => {
      const script = open({ resendChunk: 2 })
      script.peer('8', report, { sequence: 6 })
      expect(script.sent().map((request) => [request.integer(7), request.integer(16)])).toEqual([[2, 3]])
      script.peer('4', '43=Y|123=Y|36=4|', { sequence: 2 })
      expect(script.sent().map((request) => [request.integer(7), request.integer(16)])).toEqual([[4, 5]])
    })
    it('2b a queue over its bound ends the session', () => {
      const script = open({ maximumQueue: 3 })
      for (let sequence = 4; sequence < 8; sequence += 1) script.peer('8', report, { sequence })
      expect([script.types(), script.session.status]).toEqual(['25', 'disconnected'])
    })
    it('2b a gap that nobody fills is asked for again, and in the end given up', () => {
      const script = open({ heartbeatInterval: 600 })
      script.peer('8', report, { sequence: 4 })
      script.wait(30_000)
      script.wait(30_000)
      expect(script.types()).toBe('222')
      script.wait(30_000)
      expect([script.types(), script.session.status]).toEqual(['5', 'disconnected'])
    })
    it('2c a number that is too low ends the session', () => {
      const script = open()
      script.peer('8', report)
      script.peer('8', report, { sequence: 2 })
      const [logout] = script.sent()
      expect([logout?.type, logout?.text(58), script.session.status, script.session.nextTarget]).toEqual(['5', 'MsgSeqNum too low, expecting 3 but received 2', 'disconnected', 3])
    })
    it('2d garbled bytes are ignored and counted, the number does not move', () => {
      const script = open()
      script.event({ kind: 'garbled' })
      expect([script.types(), script.session.nextTarget, script.session.status]).toEqual(['', 2, 'active'])
    })
    it('2e a duplicate of something old is dropped in silence', () => {
      const script = open()
      script.peer('8', report)
      script.peer('8', `43=Y|122=${formatTimestamp(script.wall)}|${report}`, { sequence: 2 })
      expect([script.types(), script.delivered(), script.session.nextTarget]).toEqual(['', [2], 3])
    })
    it('2f OrigSendingTime after SendingTime is rejected and ends the session', () => {
      for (const sequence of [2, 1]) {
        const script = open()
        script.peer('8', `43=Y|122=${formatTimestamp(script.wall + 5000)}|${report}`, { sequence })
        const [reject, logout] = script.sent()
        expect([reject?.type, reject?.integer(373), logout?.type, script.delivered()]).toEqual(['3', 10, '5', []])
      }
    })
    it('2g PossDupFlag without OrigSendingTime is rejected, and counted where it is in turn', () => {
      for (const sequence of [2, 1]) {
        const script = open()
        script.peer('8', `43=Y|${report}`, { sequence })
        const [reject] = script.sent()
        expect([reject?.type, reject?.integer(45), reject?.integer(371), reject?.integer(373), script.delivered(), script.session.nextTarget, script.session.status])
          .toEqual(['3', sequence, 122, 1, [], sequence === 2 ? 3 : 2, 'active'])
      }
    })
    it('2h a duplicate that is in turn is delivered, marked as one', () => {
      const script = open()
      script.peer('8', `43=Y|97=Y|122=${formatTimestamp(script.wall)}|${report}`)
      expect(script.actions.find(({ kind }) => kind === 'deliver')).toMatchObject({ possDup: true, possResend: true })
    })
    it('2i another BeginString ends the session', () => {
      const script = open()
      script.peer('0', '', { begin: 'FIX.4.1' })
      expect([script.types(), script.session.status]).toEqual(['5', 'disconnected'])
    })
    it.each([['sender', 49], ['target', 56]] as const)('2k a wrong %s CompID is rejected, counted, and ends the session', (side, tag) => {
      const script = open()
      script.peer('0', '', { [side]: 'OTHER' })
      const [reject, logout] = script.sent()
      expect([reject?.type, reject?.integer(371), reject?.integer(373), logout?.type, script.session.status, script.session.nextTarget]).toEqual(['3', tag, 9, '5', 'disconnected', 3])
    })
    it('2o an inaccurate SendingTime is rejected, counted, and ends the session', () => {
      const script = open()
      script.peer('0', '', { time: formatTimestamp(script.wall + 121_000) })
      const [reject, logout] = script.sent()
      expect([reject?.type, reject?.integer(371), reject?.integer(373), logout?.type, script.session.nextTarget]).toEqual(['3', 52, 10, '5', 3])
    })
    it('2q an invalid message type is rejected', () => {
      const script = open()
      script.peer('ZZ', '')
      const [reject] = script.sent()
      expect([reject?.type, reject?.text(372), reject?.integer(373), script.session.nextTarget]).toEqual(['3', 'ZZ', 11, 3])
    })
    it('2r a message that nobody takes is answered on the application level', () => {
      const script = open()
      script.peer('W', '262=x|55=AAPL|')
      const [reject] = script.sent()
      expect([reject?.type, reject?.integer(45), reject?.text(372), reject?.integer(380), script.session.nextTarget]).toEqual(['j', 2, 'W', 3, 3])
    })
    it('2s no MsgSeqNum ends the session', () => {
      const script = open()
      script.peer('0', '', { sequence: null })
      expect([script.types(), script.session.status]).toEqual(['5', 'disconnected'])
    })
  })

  describe('4 heartbeats', () => {
    it('4a sends one when nothing else was sent for an interval', () => {
      const script = open()
      script.peer('0')
      script.wait(29_999)
      expect(script.types()).toBe('')
      script.wait(1)
      expect(script.types()).toBe('0')
    })
    it('4b answers a TestRequest with its id', () => {
      const script = open()
      script.peer('1', '112=HELLO|')
      expect(script.sent().map((message) => [message.type, message.text(112)])).toEqual([['0', 'HELLO']])
    })
    it('6 silence is questioned, then it is the end', () => {
      const script = open()
      script.wait(36_000)
      expect(script.types()).toContain('1')
      script.wait(35_999)
      expect(script.session.status).toBe('active')
      script.wait(1)
      expect([script.session.status, script.disconnected]).toEqual(['disconnected', 'nothing was heard from the counterparty'])
    })
    it('6 any message is an answer, an application message too, and it is delivered', () => {
      const script = open()
      script.wait(36_000)
      script.peer('8', report)
      script.wait(35_000)
      expect([script.session.status, script.delivered()]).toEqual(['active', [2]])
    })
    it('6 the deadline is never later than what it must bring about', () => {
      const script = open()
      expect(script.session.deadline()).toBe(30_000)
      script.wait(30_000)
      expect(script.session.deadline()).toBe(36_000)
    })
  })

  describe('8 resending', () => {
    const order: readonly (readonly [number, string | number])[] = [[11, 'C1'], ...(version === '4.2' ? [[21, '1'] as const] : []), [55, 'AAPL'], [54, '1'], [38, 10], [40, '1'], [60, '20261122-14:30:00']]
    const send = (script: Script, type = 'D'): void => { script.event({ kind: 'send', type, fields: order }) }

    it('8a sends application messages again as possible duplicates, with their first SendingTime', () => {
      const script = open()
      send(script)
      const [first] = script.sent()
      script.wait(1000)
      script.peer('2', '7=2|16=0|')
      const [again] = script.sent()
      expect([again?.type, again?.sequence, again?.boolean(43), again?.text(122), again?.timestamp(52)]).toEqual(['D', 2, true, first?.text(52), script.wall])
      expect([again?.text(11), again?.text(55), again?.fields().length]).toEqual(['C1', 'AAPL', (first?.fields().length ?? 0) + 2])
    })
    it('8b fills session messages as gaps, and the numbers do not move', () => {
      const script = open()
      script.peer('1', '112=a|')
      send(script)
      script.peer('1', '112=b|')
      script.peer('1', '112=c|')
      script.sent()
      script.peer('2', '7=1|16=0|')
      expect(script.sent().map((message) => [message.type, message.sequence, message.integer(36), message.boolean(123), message.boolean(43)]))
        .toEqual([['4', 1, 3, true, true], ['D', 3, undefined, undefined, true], ['4', 4, 6, true, true]])
      expect(script.session.nextSender).toBe(6)
    })
    it.each([['16=0', 4], ['16=999999', 4], ['16=3', 3], ['16=2', 2]])('8c sends up to the end that was asked for (%s)', (end, last) => {
      const script = open()
      for (let count = 0; count < 3; count += 1) send(script)
      script.sent()
      script.peer('2', `7=2|${end}|`)
      expect(script.sent().map(({ sequence }) => sequence)).toEqual([2, 3, 4].filter((sequence) => sequence <= last))
    })
    it('8d the application may refuse to send something again', () => {
      const script = open({ onResend: (message) => (message.type === 'D' ? 'gap_fill' : 'resend') })
      send(script)
      send(script, 'F')
      send(script)
      script.sent()
      script.peer('2', '7=2|16=0|')
      expect(script.sent().map((message) => [message.type, message.sequence, message.integer(36)])).toEqual([['4', 2, 3], ['F', 3, undefined], ['4', 4, 5]])
    })
    it('8e a range that was never sent is rejected', () => {
      const script = open()
      script.peer('2', '7=9|16=0|')
      const [reject] = script.sent()
      expect([reject?.type, reject?.integer(371), reject?.integer(373)]).toEqual(['3', 7, 5])
    })
    it('8f when both sides have a gap, the other one is answered first', () => {
      const script = open()
      send(script)
      script.sent()
      script.peer('2', '7=2|16=0|', { sequence: 5 })
      expect(script.types()).toBe('D2')
      script.peer('4', '43=Y|123=Y|36=5|', { sequence: 2 })
      expect([script.types(), script.session.nextTarget]).toEqual(['', 6])
    })
    it('8g numbers without a stored message are filled as gaps', () => {
      const script = open()
      for (let count = 0; count < 3; count += 1) send(script)
      script.store.delete(3)
      script.sent()
      script.peer('2', '7=2|16=0|')
      expect(script.sent().map(({ type }) => type).join('')).toBe('D4D')
    })
  })

  describe('10 sequence reset', () => {
    it('10a a gap fill moves the number on', () => {
      const script = open()
      script.peer('4', '123=Y|36=20|')
      expect([script.types(), script.session.nextTarget]).toEqual(['', 20])
    })
    it('10b a gap fill that is ahead is a gap itself', () => {
      const script = open()
      script.peer('4', '123=Y|36=20|', { sequence: 5 })
      expect([script.types(), script.session.nextTarget]).toEqual(['2', 2])
    })
    it('10c a gap fill behind is dropped as a duplicate, and otherwise ends the session', () => {
      const script = open()
      script.peer('8', report)
      script.peer('4', '43=Y|123=Y|36=20|', { sequence: 2 })
      expect([script.types(), script.session.nextTarget]).toEqual(['', 3])
      script.peer('4', '123=Y|36=20|', { sequence: 2 })
      expect([script.types(), script.session.status]).toEqual(['5', 'disconnected'])
    })
    it.each([2, 1])('10d a gap fill to %i, no further than itself, is rejected', (next) => {
      const script = open()
      script.peer('4', `123=Y|36=${next}|`)
      const [reject] = script.sent()
      expect([reject?.type, reject?.integer(371), reject?.integer(373), script.session.nextTarget]).toEqual(['3', 36, 5, 3])
    })
    it.each([2, 1, 77])('11a a reset moves the number on whatever its own is (%i)', (sequence) => {
      const script = open()
      script.peer('4', '36=20|', { sequence })
      expect([script.types(), script.session.nextTarget]).toEqual(['', 20])
    })
    it('11b a reset to the expected number changes nothing', () => {
      const script = open()
      script.peer('4', '123=N|36=2|', { sequence: 9 })
      expect([script.types(), script.session.nextTarget]).toEqual(['', 2])
    })
    it('11c a reset backwards is rejected', () => {
      const script = open()
      script.peer('8', report)
      script.peer('4', '36=1|', { sequence: 9 })
      const [reject] = script.sent()
      expect([reject?.type, reject?.integer(371), reject?.integer(373), script.session.nextTarget]).toEqual(['3', 36, 5, 3])
    })
  })

  describe('13 logout', () => {
    it('13a a Logout of ours waits for its answer and then closes', () => {
      const script = open()
      script.event({ kind: 'logout', text: 'bye' })
      expect([script.types(), script.session.status]).toEqual(['5', 'logout_sent'])
      script.peer('5')
      expect([script.session.status, script.session.nextTarget]).toEqual(['disconnected', 3])
    })
    it('13a what comes before the answer is still taken', () => {
      const script = open()
      script.event({ kind: 'logout' })
      script.peer('8', report)
      script.peer('2', '7=1|16=0|')
      expect([script.delivered(), script.types()]).toEqual([[2], '54'])
    })
    it('13a without an answer it closes all the same', () => {
      const script = open()
      script.event({ kind: 'logout' })
      script.wait(2000)
      expect(script.session.status).toBe('disconnected')
    })
    it('13b a Logout is answered, also one that is ahead, and the line left to the other side for a while', () => {
      for (const sequence of [2, 7]) {
        const script = open()
        script.peer('5', '', { sequence })
        expect([script.types(), script.session.status, script.disconnected]).toEqual(['5', 'logout_received', undefined])
        script.wait(2000)
        expect(script.session.status).toBe('disconnected')
      }
    })
  })

  describe('14 content', () => {
    it.each([
      ['14a', `${report}4999=x|`, 0, 4999], ['14b', report.replace('17=E1|', ''), 1, 17], ['14c', `${report}112=x|`, 2, 112], ['14d', report.replace('55=AAPL', '55='), 4, 55],
      ['14e', report.replace('54=1', '54=x'), 5, 54], ['14f', report.replace('38=10', '38=ten'), 6, 38], ['14g', `${report}115=x|`, 14, 115], ['14h', `${report}39=0|`, 13, 39],
      ['14i', `${report}382=3|375=a|375=b|`, 16, 382], ['14j', `${report}382=1|437=1|375=a|`, 15, 437],
    ])('%s is rejected with its reason, counted and not delivered', (_, body, code, tag) => {
      const script = open()
      script.peer('8', body)
      const [reject] = script.sent()
      expect([reject?.type, reject?.integer(45), reject?.text(372), reject?.integer(371), reject?.integer(373), script.delivered(), script.session.nextTarget, script.session.status])
        .toEqual(['3', 2, '8', tag, reason(code), [], 3, 'active'])
    })
    it('14 a Reject of ours goes to the application and is never answered', () => {
      const script = open()
      script.peer('3', '45=1|373=99|999=x|')
      expect([script.types(), script.delivered()]).toEqual(['', [2]])
    })
  })

  describe('numbers that are durable', () => {
    it('move on only when the application has consumed, in order', () => {
      const script = open()
      for (let count = 0; count < 3; count += 1) script.peer('8', report)
      script.peer('0')
      expect([script.targets(), script.session.nextTarget]).toEqual([[2], 6])
      script.event({ kind: 'delivered', receipt: 2 })
      expect(script.targets()).toEqual([2])
      script.event({ kind: 'delivered', receipt: 1 })
      expect(script.targets()).toEqual([2, 4])
      script.event({ kind: 'delivered', receipt: 3 })
      script.event({ kind: 'delivered', receipt: 3 })
      expect(script.targets()).toEqual([2, 4, 6])
    })
    it('are not touched by a delivery from before a reset', () => {
      const script = open()
      script.peer('8', report)
      script.peer('A', `${logonBody(version)}141=Y|`, { sequence: 1 })
      script.event({ kind: 'delivered', receipt: 1 })
      expect(script.targets()).toEqual([2])
    })
    it('nothing is sent that cannot be: not logged on, or not a message', () => {
      const script = scriptedSession(version)
      script.event({ kind: 'send', type: 'D', fields: [], reference: 'a' })
      script.logOn()
      script.event({ kind: 'send', type: 'D', fields: [[58, 'a\u0001b']], reference: 'b' })
      expect(script.actions.filter(({ kind }) => kind === 'unsent')).toMatchObject([{ reference: 'a' }, { reference: 'b' }])
      expect(script.session.nextSender).toBe(2)
    })
  })
})
