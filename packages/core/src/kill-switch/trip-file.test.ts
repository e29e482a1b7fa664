import { expect, test } from 'vitest'
import { formatTrip, type OutsideTrip, parseTrips, tripPathOf } from './trip-file.ts'

const trip = { id: 'trip-1', scope: 'symbol:AAPL', level: 'cancel_all', reason: 'runaway "bot"\nline two', actor: 'ops', time: '2026-11-22T10:00:00.000Z' } as const
const engaged = { scope: 'global', level: 'no_new' }

test('a trip is one line and reads back as it was', () => {
  const line = formatTrip(trip)
  expect(line.indexOf('\n')).toBe(line.length - 1)
  expect(parseTrips(line + formatTrip({ ...trip, id: 'trip-2', scope: 'global' }))).toEqual([trip, { ...trip, id: 'trip-2', scope: 'global' }])
})

test.each(['sweep', 'leave'] as const)('a trip says that orders of others are to %s', (externalOrders) => {
  expect(parseTrips(formatTrip({ ...trip, externalOrders }))).toEqual([{ ...trip, externalOrders }])
})

test.each([
  ['an unknown word for the orders of others', formatTrip({ ...trip, externalOrders: 'leave' }).replace('"leave"', '"keep"')],
  ['no JSON', 'stop!'], ['torn', formatTrip(trip).slice(0, 40)], ['another version', formatTrip(trip).replace('"version":1', '"version":2')],
  ['an unknown level', formatTrip(trip).replace('cancel_all', 'vaporise')], ['an unknown scope', formatTrip(trip).replace('symbol:', 'planet:')],
  ['no id', formatTrip(trip).replace('"id":"trip-1",', '')], ['binary', '\u0000\u0001\u0002'], ['null', 'null'],
])('a line that is %s stops new orders everywhere, and the readable lines beside it still count', (_, text) => {
  const trips = parseTrips(`${text}\n${formatTrip(trip)}`)
  expect(trips).toMatchObject([engaged, trip])
  expect(parseTrips(text)[0]?.id).toBe(trips[0]?.id)
})

test.each(['', '\n', '  \n\n'])('a file without a line (%j) is engaged: somebody made it', (text) => {
  expect(parseTrips(text)).toMatchObject([engaged])
})

test('an unfinished last line counts when it is whole, and is never ignored', () => {
  expect(parseTrips(formatTrip(trip).trimEnd())).toEqual([trip])
})

test.each<Partial<OutsideTrip>>([{ scope: 'everything' as never }, { level: 'hard' as never }, { reason: '' }, { id: 'a b' }, { time: 'now' }, { actor: '' }])(
  'nothing is written that would not be understood: %j', (change) => {
    expect(() => formatTrip({ ...trip, ...change })).toThrow()
  })

test('what people write is as long as it may be, and no longer', () => {
  const longest = { ...trip, reason: 'r'.repeat(512), actor: 'a'.repeat(128) }
  expect(parseTrips(formatTrip(longest) + formatTrip({ ...trip, reason: 'r', actor: 'a' }))).toMatchObject([longest, { reason: 'r', actor: 'a' }])
  for (const change of [{ reason: 'r'.repeat(513) }, { actor: 'a'.repeat(129) }]) expect(() => formatTrip({ ...trip, ...change })).toThrow()
})

test('a line that cannot be read has an id of its own text, so that it counts once', () => {
  // The first 16 digits of the SHA-256 of "stop!", by another tool.
  expect(parseTrips('stop!')).toMatchObject([{ id: 'unreadable-c7a3f8faaedb6cec' }])
})

test('the file lies beside the journal', () => {
  expect(tripPathOf('/data/orders.db')).toBe('/data/orders.db.trip')
})
