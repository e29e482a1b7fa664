import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventParser, type ServerSentEvent } from './event-parser.ts'

const parseAll = (...chunks: readonly string[]): readonly ServerSentEvent[] => {
  const parse = createEventParser()
  return chunks.flatMap((chunk) => parse(chunk))
}

test('events are the same wherever the text is cut, with any line end', () => {
  const lines = ['retry: 1000', '', 'id: main:1', 'event: order_accepted', 'data: {"a":1}', '', ': heartbeat', '', 'id:main:2', 'data:first', 'data: second', '', 'data: kept open']
  fc.assert(fc.property(fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(120)), (end, cuts) => {
    const text = lines.join(end) + end
    const places = [0, ...cuts.filter((cut) => cut < text.length), text.length].toSorted((left, right) => left - right)
    const chunks = places.slice(1).map((place, index) => text.slice(places[index], place))
    expect(parseAll(...chunks)).toEqual([{ id: 'main:1', data: '{"a":1}' }, { id: 'main:2', data: 'first\nsecond' }])
  }))
})

test('a carriage return alone ends a line, once it is known to be alone', () => {
  expect(parseAll('id: 1\rdata: x\r', '\rdata: y')).toEqual([{ id: '1', data: 'x' }])
})

test('an event counts only when its empty line has come', () => {
  expect(parseAll('id: 1\ndata: x\n')).toEqual([])
  expect(parseAll('id: 1\ndata: x\n', '\n')).toEqual([{ id: '1', data: 'x' }])
})

test('an id without data is where to resume from, once', () => {
  expect(parseAll('id: 1\ndata: x\n\n: heartbeat\n\n: closed\nid: 2\n\n: more\n\n')).toEqual([{ id: '1', data: 'x' }, { id: '2', data: '' }])
})

test('a colon belongs to the value, and only one space does not', () => {
  expect(parseAll('id: a:b\ndata:  {"t":"12:30"}\n\n')).toEqual([{ id: 'a:b', data: ' {"t":"12:30"}' }])
})
