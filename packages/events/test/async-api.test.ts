import { readFileSync } from 'node:fs'
import { createAsyncApi, encodeCloudEvent, eventSchemas, toCloudEvent } from '@sluice/events'
import type { StreamItem } from '@sluice/core'
import specs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import addFormatsModule from 'ajv-formats'
import { CloudEvent } from 'cloudevents'
import { beforeAll, expect, test } from 'vitest'
import { asyncApiFile, asyncApiText } from './contract/async-api-file.ts'
import { simulatedEvents } from './support/simulated-events.ts'

const addFormats = addFormatsModule as unknown as (ajv: Ajv) => void
/** Events of real services, and of each type at least one. */
let items: readonly StreamItem[] = []
beforeAll(async () => { items = await simulatedEvents(25) }, 120_000)

/** Follows every reference from here on; throws where one leads nowhere. */
function references(document: object, node: unknown, path = '#'): string[] {
  if (typeof node !== 'object' || node === null) return []
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
    if (name !== '$ref' || typeof value !== 'string') return references(document, value, `${path}/${name}`)
    let target: unknown = document
    for (const part of value.replace('#/', '').split('/')) target = (target as Record<string, unknown> | undefined)?.[part]
    expect(target, `${path} leads to ${value}`).toBeDefined()
    return [value]
  })
}

function validatorOf(allowMore: boolean) {
  const document = createAsyncApi({ allowMore }) as { components: { messages: Record<string, { payload: object; headers?: object }> } }
  const ajv = new Ajv({ strict: false })
  addFormats(ajv)
  ajv.addSchema({ $id: 'document', ...document })
  return (type: string, value: unknown): string => {
    const validate = ajv.getSchema(`document#/components/messages/${type}/payload`) ?? ajv.compile({ $ref: `document#/components/messages/${type}/payload` })
    return validate(value) === true ? '' : ajv.errorsText(validate.errors)
  }
}

test('the published document is the one that the schemas make: pnpm docs:events', () => {
  expect(readFileSync(asyncApiFile, 'utf8')).toBe(asyncApiText())
})

test('it is AsyncAPI 3.0 to the schema of AsyncAPI, and every reference leads somewhere', () => {
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, allErrors: false })
  addFormats(ajv)
  const isValid = ajv.compile(specs.schemasWithoutId['3.0.0'] as object)
  const document = createAsyncApi({ servers: { production: { host: 'kafka.example:9092', protocol: 'kafka' } } })
  expect(isValid(document), ajv.errorsText(isValid.errors)).toBe(true)
  expect(isValid({ ...document, operations: { publishEvents: { action: 'shout' } } }), 'the schema can say no').toBe(false)
  expect(references(document, document).length).toBeGreaterThan(100)
})

test('every event that services make is as its schema says, to the last member', () => {
  const strict = validatorOf(false)
  const faults = new Map<string, string>()
  for (const item of items) {
    if (item.type === 'stream_reset') continue
    const { error } = eventSchemas[item.type].safeParse(item.data)
    if (error !== undefined) faults.set(`zod ${item.type}`, error.message)
    const text = strict(item.type, toCloudEvent(item, '/test'))
    if (text !== '') faults.set(`document ${item.type}`, text)
  }
  expect(Object.fromEntries(faults)).toEqual({})
  expect(new Set(items.map(({ type }) => type)).size).toBeGreaterThan(20)
})

test('what is missing or wrong is found, what is unknown is borne', () => {
  const [strict, loose] = [validatorOf(false), validatorOf(true)]
  const item: StreamItem = { id: 'main:1', account: 'main', sequence: 1, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: 'o-1' } }
  const event = toCloudEvent(item, '/test')
  expect(strict('order_expired', event)).toBe('')
  expect(strict('order_expired', { ...event, data: {} })).toContain('orderId')
  expect(strict('order_expired', { ...event, id: 'main' })).toContain('pattern')
  expect(strict('order_expired', { ...event, sequence: '1' })).toContain('pattern')
  expect(strict('order_expired', { ...event, data: { orderId: 'o-1', more: 1 } })).not.toBe('')
  expect(loose('order_expired', { ...event, data: { orderId: 'o-1', more: 1 } })).toBe('')
  const reset = toCloudEvent({ type: 'stream_reset', account: 'main', sequence: 4, orders: [], positions: [] }, '/test')
  expect(strict('stream_reset', reset)).toBe('')
})

test('every event that services make is a CloudEvent to the library of CloudEvents', () => {
  const byType = new Map(items.map((item) => [item.type, item]))
  for (const item of byType.values()) {
    const { data, ...attributes } = toCloudEvent(item, '/desk/main')
    const event = new CloudEvent({ ...attributes, data })
    expect(event.validate()).toBe(true)
    expect(encodeCloudEvent(item, '/desk/main')).toBe(JSON.stringify(toCloudEvent(item, '/desk/main')))
    expect(JSON.parse(event.toString())).toEqual(JSON.parse(JSON.stringify(toCloudEvent(item, '/desk/main'))))
  }
  expect(() => new CloudEvent({ ...toCloudEvent(items[0]!, '/desk/main'), type: '' })).toThrow()
})
