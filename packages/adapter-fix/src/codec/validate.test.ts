import { describe, expect, it } from 'vitest'
import { wire } from '../../test/support/wire.ts'
import { createDictionary } from './dictionary/create-dictionary.ts'
import type { FixVersion } from './dictionary/dictionary.ts'
import { readMessage } from './scanner.ts'
import { validate, type ValidateOptions } from './validate.ts'

const HEADER = '49=B|56=D|34=2|52=20261122-14:30:00.123|'
const BODY: Readonly<Record<FixVersion, string>> = {
  '4.2': '37=B1|11=C1|17=E1|20=0|150=0|39=0|55=AAPL|54=1|38=10|151=10|14=0|6=0|',
  '4.4': '37=B1|11=C1|17=E1|150=0|39=0|55=AAPL|54=1|38=10|151=10|14=0|6=0|',
  '5.0SP2': '37=B1|11=C1|17=E1|150=0|39=0|55=AAPL|54=1|38=10|151=10|14=0|6=0|',
}
const dictionaries = { '4.2': createDictionary('4.2'), '4.4': createDictionary('4.4'), '5.0SP2': createDictionary('5.0SP2') }

describe.each(['4.2', '4.4', '5.0SP2'] as const)('validation of %s', (version) => {
  const dictionary = dictionaries[version]
  const check = (body: string, type = '8', header = HEADER, options: ValidateOptions = {}): readonly (number | undefined)[] | undefined => {
    const message = readMessage(wire(`8=${dictionary.beginString}|35=${type}|${header}${body}`), dictionary)
    const violation = validate(message!, options)
    return violation === undefined ? undefined : [violation.reason, violation.tag]
  }
  const body = BODY[version]

  it('has nothing against a sound message', () => {
    expect(check(body)).toBeUndefined()
    expect(check(`${body}58=text|382=2|375=X|437=1|375=Y|`)).toBeUndefined()
    expect(check('45=2|371=11|372=8|373=1|58=x|', '3')).toBeUndefined()
  })

  it.each([
    ['an unknown tag', (sound: string) => `${sound}4999=HI|`, 0, 4999],
    ['an undeclared custom tag', (sound: string) => `${sound}5000=HI|`, 0, 5000],
    ['a tag that is no number', (sound: string) => `${sound}abc=HI|`, 0, undefined],
    ['tag 0', (sound: string) => `${sound}0=HI|`, 0, undefined],
    ['a negative tag', (sound: string) => `${sound}-1=HI|`, 0, undefined],
    ['a missing required tag', (sound: string) => sound.replace('17=E1|', ''), 1, 17],
    ['a tag of another message', (sound: string) => `${sound}112=x|`, 2, 112],
    ['a tag without a value', (sound: string) => sound.replace('55=AAPL', '55='), 4, 55],
    ['a value that is not listed', (sound: string) => sound.replace('54=1', '54=z'), 5, 54],
    ['a number that is none', (sound: string) => sound.replace('38=10', '38=+200.00'), 6, 38],
    ['a repeated tag', (sound: string) => `${sound}55=AAPL|`, 13, 55],
    ['a header field in the body', (sound: string) => `${sound}115=X|`, 14, 115],
    ['a body field in the trailer', (sound: string) => `${sound}93=1|89=x|58=y|`, 14, 58],
    ['a group out of order', (sound: string) => `${sound}382=1|437=1|375=Y|`, 15, 437],
    ['entries in another order', (sound: string) => `${sound}382=1|375=Y|438=20261122-14:30:00|437=1|`, 15, 437],
    ['a member twice', (sound: string) => `${sound}382=1|375=Y|437=1|437=2|`, 13, 437],
    ['a group count too high', (sound: string) => `${sound}382=3|375=X|375=Y|`, 16, 382],
    ['a group count too low', (sound: string) => `${sound}382=1|375=X|375=Y|`, 16, 382],
    ['a group count without entries', (sound: string) => `${sound}382=1|58=X|`, 16, 382],
    ['a delimiter in a value', (sound: string) => `${sound}58=a|b|`, 17, undefined],
  ] as const)('finds %s', (_, change, reason, tag) => {
    expect(check(change(body))).toEqual([reason, tag])
  })

  it('finds faults of the header', () => {
    expect(check(body, '8', '49=B|34=2|52=20261122-14:30:00|')).toEqual([1, 56])
    expect(check(body, '8', HEADER.replace('20261122-14', '20261122 14'))).toEqual([6, 52])
    expect(check(body, '8', `${HEADER}43=X|`)).toEqual([6, 43])
  })

  it('takes what was declared, and on request what was not', () => {
    expect(check(`${body}5000=HI|`, '8', HEADER, { undeclaredTags: 'allow' })).toBeUndefined()
    const own = createDictionary(version, { fields: '5001 Desk string A B\n5010 NoLegs numingroup\n5011 LegName string', messages: '8 ExecutionReport 5001! 5010(5011!)\nU1 Custom 5001!' })
    const checkOwn = (text: string, type = '8'): number | undefined => validate(readMessage(wire(`8=${dictionary.beginString}|35=${type}|${HEADER}${text}`), own)!)?.reason
    expect([checkOwn(`${body}5001=A|5010=2|5011=x|5011=y|`), checkOwn(`${body}5001=C|`), checkOwn(body), checkOwn('5001=B|', 'U1'), checkOwn('58=B|', 'U1')]).toEqual([undefined, 5, 1, undefined, 2])
  })

  it('knows which message types there are', () => {
    expect(['8', 'W', 'AE', 'ZZ', '*', 'I'].map((type) => dictionary.hasMessageType(type))).toEqual([true, true, version !== '4.2', false, false, false])
  })
})

it('every field of every message is defined, with the delimiter first in each group', () => {
  for (const { messages, fields, header, trailer } of Object.values(dictionaries)) {
    for (const definition of [...messages.values(), header, trailer]) {
      const groups = [...definition.groups.values()]
      for (const tag of [...definition.fields, ...groups.flatMap(({ places }) => [...places.keys()])]) expect(fields.has(tag), `${definition.name} ${tag}`).toBe(true)
      for (const { countTag, delimiter } of groups) {
        expect(fields.get(countTag)?.type, `${definition.name} ${countTag}`).toBe('numingroup')
        expect(delimiter).toBeGreaterThan(0)
      }
    }
  }
})
