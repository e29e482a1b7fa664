import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joined, readable, scan, sealed, wire } from '../../test/support/wire.ts'
import { bytesOf, textOf } from './bytes.ts'
import { createDictionary } from './dictionary/create-dictionary.ts'
import type { FixVersion } from './dictionary/dictionary.ts'
import { createEncoder } from './encoder.ts'
import { readMessage } from './scanner.ts'
import { formatTimestamp, parseTimestamp } from './timestamp.ts'
import { parseUnits } from './decimal-bytes.ts'

/** How much chance is tried: `SLUICE_FIX_FUZZ=1000000 pnpm test packages/adapter-fix`. */
const RUNS = Number(process.env['SLUICE_FIX_FUZZ'] ?? 3000)

const fix44 = createDictionary('4.4')
const REPORT = wire(
  '8=FIX.4.4|35=8|49=BROKER|56=DESK|34=7|52=20261122-14:30:00.123|37=B1|11=C1|17=E1|150=F|39=1|55=AAPL|54=1|38=10|32=4|31=187.5|151=6|14=4|6=187.50|' +
  '453=2|448=ME|447=D|452=1|802=1|523=X|803=2|448=YOU|447=D|452=3|58=ok|',
)

describe('scanner', () => {
  it('finds the same messages wherever the stream is cut', () => {
    const stream = joined(REPORT, wire('8=FIX.4.4|35=0|49=BROKER|56=DESK|34=8|52=20261122-14:30:01|'), REPORT)
    for (let cut = 0; cut <= stream.length; cut += 1) {
      const { messages, garbled } = scan(fix44, [stream.subarray(0, cut), stream.subarray(cut)])
      expect(messages.map(({ type, sequence }) => `${type}${sequence}`)).toEqual(['87', '08', '87'])
      expect(garbled).toEqual([])
    }
    const single = scan(fix44, Array.from(stream, (byte) => Uint8Array.of(byte)))
    expect(single.messages.map((message) => readable(message.raw()))).toEqual([REPORT, wire('8=FIX.4.4|35=0|49=BROKER|56=DESK|34=8|52=20261122-14:30:01|'), REPORT].map(readable))
  })

  it('ignores what is garbled and takes the stream up again at the next message', () => {
    const good = wire('8=FIX.4.4|35=0|49=B|56=D|34=1|52=20261122-14:30:01|')
    const text = textOf(good, 0, good.length)
    const bad: readonly (readonly [string, string])[] = [
      ['checksum', text.replace(/10=\d{3}/, '10=999')],
      ['checksum', text.replace(/10=\d{3}/, '10=12x')],
      ['body_length', text.replace(/9=\d+/, '9=20')],
      ['body_length', text.replace(/9=\d+/, '9=4x')],
      ['message_type', textOf(sealed('8=FIX.4.4\u00019=15\u000149=B\u000135=0\u000134=1\u0001'), 0, 38)],
      ['body_length', text.slice(0, -1)],
      ['begin_string', 'hello'],
      ['too_large', '8=FIX.4.4\u00019=999999\u000135=0\u0001'],
      ['begin_string', `8=${'F'.repeat(40)}\u0001`],
    ]
    for (const [reason, broken] of bad) {
      const { messages, garbled } = scan(fix44, [joined(bytesOf(broken), good)])
      expect([messages.length, garbled[0]], broken).toEqual([1, reason])
    }
  })

  it('reads data fields by their length, delimiters and all', () => {
    const data = 'a\u000110=000\u00018=FIX\u0001b'
    const message = scan(fix44, [wire(`8=FIX.4.4|35=B|49=B|56=D|34=1|52=20261122-14:30:01|148=x|33=1|58=y|95=${data.length}|96=${data}|`)]).messages[0]
    expect(message?.text(96)).toBe(data)
    expect(message?.fields().map(([tag]) => tag)).toEqual([8, 9, 35, 49, 56, 34, 52, 148, 33, 58, 95, 96, 10])
  })

  it('keeps to its bounds', () => {
    const many = wire(`8=FIX.4.4|35=0|${'58=x|'.repeat(100)}`)
    expect(scan(fix44, [many], { maximumFields: 50 }).garbled[0]).toBe('too_many_fields')
    expect(scan(fix44, [many], { maximumMessageSize: 100 }).garbled[0]).toBe('too_large')
  })

  it('never throws, never hangs and accepts nothing that is not a message, whatever is changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.nat(), to: fc.oneof(fc.nat(255), fc.constantFrom(1, 0x3d, 0x30, 0x38, 0x39)), how: fc.constantFrom('set', 'insert', 'remove') }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (changes, cut) => {
          const bytes = Array.from(joined(REPORT, REPORT))
          for (const { at, to, how } of changes) {
            if (how === 'set') bytes[at % bytes.length] = to
            else bytes.splice(at % bytes.length, how === 'remove' ? 1 : 0, ...(how === 'remove' ? [] : [to]))
          }
          const stream = Uint8Array.from(bytes)
          const { messages } = scan(fix44, [stream.subarray(0, cut % stream.length), stream.subarray(cut % stream.length)])
          for (const message of messages) expect(isSound(message.raw()), readable(message.raw())).toBe(true)
        },
      ),
      { numRuns: RUNS },
    )
  }, 20_000 + RUNS)
})

/** Independent of the scanner: the three first fields, BodyLength and CheckSum by plain text. */
function isSound(bytes: Uint8Array): boolean {
  const match = /^8=[^|]*\|9=(\d+)\|(35=.*\|)10=(\d{3})\|$/s.exec(readable(bytes))
  let sum = 0
  for (const byte of bytes.subarray(0, -7)) sum += byte
  return match !== null && Number(match[1]) === match[2]?.length && Number(match[3]) === sum % 256
}

describe('view', () => {
  const report = scan(fix44, [REPORT]).messages[0]!

  it('reads each field as what it is, numbers exactly', () => {
    expect([report.text(55), report.integer(34), report.units(31), report.units(6), report.has(9999), report.text(9999)]).toEqual(['AAPL', 7, 187_500_000_000n, 187_500_000_000n, false, undefined])
    expect([report.isoTime(52), report.integer(55), report.units(55)]).toEqual(['2026-11-22T14:30:00.123Z', undefined, undefined])
  })

  it('reads groups in groups', () => {
    const parties = report.group(453)
    expect(parties.map((party) => [party.text(448), party.integer(452), party.group(802).map((sub) => sub.text(523))])).toEqual([['ME', 1, ['X']], ['YOU', 3, []]])
    expect(report.group(382)).toEqual([])
  })

  it('reads decimals exactly or not at all', () => {
    const units = (text: string): bigint | undefined => parseUnits(bytesOf(text), 0, text.length)
    expect(['0', '-1.5', '.5', '23.', '00023.23000', '123456789012.123456789', '1.0000000000', '99999999999999999999'].map(units))
      .toEqual([0n, -1_500_000_000n, 500_000_000n, 23_000_000_000n, 23_230_000_000n, 123_456_789_012_123_456_789n, 1_000_000_000n, 99_999_999_999_999_999_999_000_000_000n])
    for (const text of ['', '-', '.', '1.2.3', '1e5', '+1', '1.0000000001', ' 1', '--1']) expect(units(text), text).toBeUndefined()
  })

  it('reads every millisecond that it writes', () => {
    fc.assert(fc.property(fc.integer({ min: -62_000_000_000_000, max: 250_000_000_000_000 }), (time) => {
      const text = formatTimestamp(time)
      expect(parseTimestamp(bytesOf(text), 0, text.length)).toBe(time)
      expect(`${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T${text.slice(9)}Z`).toBe(new Date(time).toISOString())
    }), { numRuns: 500 })
    for (const text of ['20260230-00:00:00', '20261301-00:00:00', '20260101-24:00:00', '20260101-00:60:00', '20260101 00:00:00', '20260101-00:00:00.', '2026']) {
      expect(parseTimestamp(bytesOf(text), 0, text.length), text).toBeNaN()
    }
  })
})

describe('encoder', () => {
  it('writes what the scanner reads back, field for field, in every version', () => {
    const value = fc.oneof(
      fc.string({ minLength: 1, maxLength: 40, unit: fc.integer({ min: 2, max: 255 }).map((code) => String.fromCharCode(code)) }),
      fc.maxSafeInteger(), fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.bigInt({ min: 0n, max: 9_007_199n }).map((whole) => whole * 1_000_000_000n - 1n), fc.boolean(),
    )
    fc.assert(
      fc.property(fc.constantFrom<FixVersion>('4.2', '4.4', '5.0SP2'), fc.array(fc.tuple(fc.integer({ min: 5001, max: 999_999_999 }), value), { maxLength: 30 }), (version, fields) => {
        const dictionary = createDictionaryOnce(version)
        const encoder = createEncoder(dictionary.beginString)
        encoder.begin('8')
        for (const [tag, content] of fields) encoder.field(tag, content)
        const message = readMessage(encoder.finish().slice(), dictionary)!
        expect(message.fields().slice(3, -1).map(([tag]) => tag)).toEqual(fields.map(([tag]) => tag))
        const once = fields.filter(([tag], at) => fields.findIndex(([other]) => other === tag) === at)
        for (const [tag, content] of once) {
          if (typeof content === 'bigint') expect(message.units(tag)).toBe(content)
          else if (typeof content === 'boolean') expect(message.boolean(tag)).toBe(content)
          else expect(message.text(tag)).toBe(String(content))
        }
      }),
      { numRuns: Math.min(RUNS, 300) },
    )
  })

  it('refuses what would break a message', () => {
    const encoder = createEncoder('FIX.4.4', 200)
    const wrong: readonly (readonly [number, string | number])[] = [[58, 'a\u0001b'], [58, ''], [58, '€'], [58, 'x'.repeat(300)], [0, 'x'], [1.5, 'x'], [38, 1.5], [38, Number.NaN]]
    for (const [tag, value] of wrong) {
      encoder.begin('D')
      expect(() => { encoder.field(tag, value) }, String(value)).toThrow(RangeError)
    }
  })
})

const dictionaries = new Map([['4.4', fix44]])
function createDictionaryOnce(version: FixVersion): typeof fix44 {
  const known = dictionaries.get(version) ?? createDictionary(version)
  dictionaries.set(version, known)
  return known
}

it('an integer of any length is written as it is', () => {
  const encoder = createEncoder('FIX.4.4')
  const powers = Array.from({ length: 16 }, (_, power) => 10 ** power)
  const edges = [0, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER, ...powers.flatMap((value) => [value - 1, value, value + 1])].filter(Number.isSafeInteger)
  const write = (value: number): string => {
    encoder.begin('0')
    encoder.integer(5001, value)
    return readable(encoder.finish())
  }
  for (const value of edges) for (const signed of [value, -value]) expect(write(signed)).toContain(`|5001=${signed === 0 ? 0 : signed}|`)
  fc.assert(fc.property(fc.maxSafeInteger(), (value) => { expect(write(value)).toContain(`|5001=${value === 0 ? 0 : value}|`) }))
})
