import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dictionaryOf, logonBody, reportBody, scriptedSession } from '../../test/support/scripted-session.ts'
import { wire } from '../../test/support/wire.ts'
import { readMessage } from '../codec/scanner.ts'
import type { SessionEvent } from './session-types.ts'

const RUNS = Number(process.env['SLUICE_FIX_HOSTILE'] ?? 400)

const value = fc.oneof(fc.constantFrom('', 'Y', 'N', '0', '1', '2', '999999999', '99999999999', '-1', 'x', '20261122-14:30:00', '35=A'), fc.string({ maxLength: 8, unit: fc.constantFrom('a', '=', '9', '\u00ff') }))
const tag = fc.constantFrom('7', '16', '34', '36', '43', '49', '56', '52', '97', '108', '112', '122', '123', '141', '789', '45', '371', '373', '55', '453', '448', '9999', 'abc', '0')

describe.each([true, false])('a session with validation %s', (validate) => {
  it('never throws, keeps its numbers, and answers only with messages that are sound', () => {
    fc.assert(fc.property(
      fc.array(fc.record({ type: fc.constantFrom('0', '1', '2', '3', '4', '5', 'A', '8', 'D', 'j', 'W', 'ZZ', ''), sequence: fc.constantFrom('next', 'ahead', 'behind', 'own'), fields: fc.array(fc.tuple(tag, value), { maxLength: 5 }) }), { maxLength: 15 }),
      fc.boolean(),
      (messages, isLoggedOn) => {
        const script = scriptedSession('4.4', { validate, maximumQueue: 5 })
        if (isLoggedOn) script.logOn()
        else script.event({ kind: 'connected' })
        for (const { type, sequence, fields } of messages) {
          const before = { sender: script.session.nextSender, target: script.session.nextTarget, resets: script.actions.filter(({ kind }) => kind === 'reset').length }
          const body = `${type === 'A' ? logonBody('4.4') : type === '8' ? reportBody('4.4') : ''}${fields.map(([name, content]) => `${name}=${content}|`).join('')}`
          const number = script.session.nextTarget + (sequence === 'ahead' ? 3 : sequence === 'behind' ? -1 : 0)
          if (sequence === 'own') {
            const message = readMessage(wire(`8=FIX.4.4|35=${type}|${body}`), dictionaryOf('4.4'))
            if (message !== undefined) script.event({ kind: 'received', message } satisfies SessionEvent)
          } else if (type !== '') script.peer(type, body, { sequence: number })
          script.wait(1000)
          if (script.actions.filter(({ kind }) => kind === 'reset').length === before.resets) {
            expect(script.session.nextSender).toBeGreaterThanOrEqual(before.sender)
            expect(script.session.nextTarget).toBeGreaterThanOrEqual(before.target)
          }
        }
        for (const message of script.sent()) expect(message.text(49)).toBe('DESK')
      },
    ), { numRuns: RUNS })
  }, 20_000 + RUNS * 10)
})
