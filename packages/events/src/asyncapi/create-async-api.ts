import { z } from 'zod'
import { CLOUD_EVENT_MEDIA_TYPE } from '../envelope/cloud-event.ts'
import { accountEvents } from '../schemas/account-events.ts'
import { components, describes } from '../schemas/describes.ts'
import { eventSchemas } from '../schemas/event-schemas.ts'

type JsonObject = Record<string, unknown>

export interface AsyncApiOptions {
  /** The topic. Default `sluice.events`. */
  readonly topic?: string
  /** Where the brokers are, for example `{ production: { host: 'kafka.example:9092', protocol: 'kafka' } }`. Default: not said. */
  readonly servers?: Readonly<Record<string, { readonly host: string; readonly protocol: string; readonly description?: string }>>
  /** Whether messages may have members that are not documented. Readers must bear them, tests must not. Default true. */
  readonly allowMore?: boolean
}

const schemaRef = (id: string): JsonObject => ({ $ref: `#/components/schemas/${id}` })

/** `order_filled` as the name of a schema: `OrderFilled`. */
const pascal = (type: string): string => type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
const titleOf = (type: string): string => type.replaceAll('_', ' ')

function withoutMarks(value: unknown, allowMore: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutMarks(item, allowMore))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value)
    .filter(([name, member]) => name !== '$schema' && name !== '$id' && !(allowMore && name === 'additionalProperties' && member === false))
    .map(([name, member]) => [name, withoutMarks(member, allowMore)]))
}

/** Every event's data by the name of its schema, and the parts that they share. */
function schemasOf(allowMore: boolean): JsonObject {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of components._idmap) registry.add(schema, { id })
  for (const [type, schema] of Object.entries(eventSchemas)) registry.add(schema, { id: pascal(type) })
  registry.add(resetSchema, { id: 'StreamReset' })
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input', unrepresentable: 'any', target: 'draft-7' })
  return withoutMarks(schemas, allowMore) as JsonObject
}

const resetSchema = describes<{ orders: unknown[]; positions: unknown[] }>()(z.strictObject({
  orders: z.array(z.looseObject({})).describe('As GET /orders has them'), positions: z.array(z.looseObject({})).describe('As GET /positions has them'),
}).describe('Sent instead of events that are no longer kept: the state up to its sequence'))

function envelopeOf(type: string, data: JsonObject): JsonObject {
  const isReset = type === 'stream_reset'
  return {
    type: 'object',
    required: ['specversion', 'id', 'source', 'type', 'subject', 'datacontenttype', 'dataschema', 'sequence', 'partitionkey', 'data', ...(isReset ? [] : ['time'])],
    properties: {
      specversion: { const: '1.0' },
      id: { type: 'string', pattern: isReset ? '^.+:\\d+:reset$' : '^.+:\\d+$', description: 'account:sequence. The same event always has the same id' },
      source: { type: 'string', format: 'uri-reference', description: 'The journal it comes from' },
      type: { const: `sluice.${type}` },
      subject: { type: 'string', description: 'The account; * for events of no single account' },
      ...(!isReset && { time: schemaRef('Time') }),
      datacontenttype: { const: 'application/json' },
      dataschema: { const: `urn:sluice:events:v1:${type}` },
      sequence: { type: 'string', pattern: '^\\d{20}$', description: 'The place in the account\'s history: from 1, without gaps' },
      partitionkey: { type: 'string', description: 'The account' },
      data,
    },
  }
}

function messageOf(type: string): JsonObject {
  return {
    name: `sluice.${type}`,
    title: titleOf(type),
    contentType: CLOUD_EVENT_MEDIA_TYPE,
    headers: {
      type: 'object', required: ['content-type', 'ce_id', 'ce_type'],
      properties: { 'content-type': { const: CLOUD_EVENT_MEDIA_TYPE }, ce_id: { type: 'string' }, ce_type: { const: `sluice.${type}` } },
    },
    payload: envelopeOf(type, schemaRef(pascal(type))),
    bindings: { kafka: { key: { type: 'string', description: 'The account' }, bindingVersion: '0.5.0' } },
  }
}

function socketMessages(): JsonObject {
  const head = { type: 'object', required: ['head', 'last', 'visible'], properties: { head: { type: 'integer' }, last: { type: 'integer' }, visible: { type: 'integer' } } }
  const item = {
    type: 'object', required: ['account', 'sequence', 'type'],
    properties: { id: { type: 'string' }, account: { type: 'string' }, sequence: { type: 'integer', minimum: 1 }, time: schemaRef('Time'), type: { type: 'string' }, data: { type: 'object' } },
    description: 'A StoredEvent, with data by its type, or a stream_reset with orders and positions',
  }
  return {
    hello: { name: 'sluice:hello', title: 'where the accounts of the socket stand', payload: { type: 'object', required: ['accounts'], properties: { accounts: { type: 'object', additionalProperties: head } } } },
    batch: {
      name: 'sluice:batch', title: 'what is new in one account',
      payload: {
        type: 'object', required: ['account', 'after', 'through', 'items'],
        properties: { account: { type: 'string' }, after: { type: 'integer' }, through: { type: 'integer' }, items: { type: 'array', items: item } },
      },
    },
  }
}

/** AsyncAPI 3.0 of everything that leaves, from the schemas of the events. */
export function createAsyncApi({ topic = 'sluice.events', servers = {}, allowMore = true }: AsyncApiOptions = {}): object {
  const types: readonly string[] = [...Object.keys(eventSchemas), 'stream_reset']
  const ref = (path: string): JsonObject => ({ $ref: `#/${path}` })
  const isGlobal = (type: string): boolean => type in accountEvents
  const sockets = socketMessages()
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Sluice events', version: '1', license: { name: 'MIT' },
      description: 'Every durable fact of a Sluice service: at least once, in order per account, under an id by which repetitions are recognised. Types and fields grow: bear what you do not know.',
    },
    defaultContentType: 'application/json',
    ...(Object.keys(servers).length > 0 && { servers }),
    channels: {
      events: {
        address: topic, title: 'Kafka', description: 'CloudEvents 1.0, structured JSON; the key is the account, and so the order of an account is kept.',
        messages: Object.fromEntries(types.map((type) => [type, ref(`components/messages/${type}`)])),
      },
      sockets: {
        address: '/sluice', title: 'Socket.IO', description: 'A live view in a namespace of its own. Who has missed something fetches it from GET /events.',
        messages: Object.fromEntries(Object.keys(sockets).map((name) => [name, ref(`components/messages/${name}`)])),
      },
    },
    operations: {
      publishEvents: { action: 'send', channel: ref('channels/events'), summary: 'What happened, in order per account', messages: types.map((type) => ref(`channels/events/messages/${type}`)) },
      pushEvents: { action: 'send', channel: ref('channels/sockets'), summary: 'What is new, in batches', messages: Object.keys(sockets).map((name) => ref(`channels/sockets/messages/${name}`)) },
    },
    components: {
      schemas: schemasOf(allowMore),
      messages: { ...Object.fromEntries(types.map((type) => [type, { ...messageOf(type), tags: [{ name: isGlobal(type) ? 'account' : 'order' }] }])), ...sockets },
    },
  }
}
