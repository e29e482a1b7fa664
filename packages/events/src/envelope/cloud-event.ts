import type { StreamItem, StreamReset } from '@sluice/core'

/** The media type of a CloudEvent in structured JSON. */
export const CLOUD_EVENT_MEDIA_TYPE = 'application/cloudevents+json; charset=utf-8'
/** Begins the `type` of every event. */
const TYPE_PREFIX = 'sluice.'
/** Begins the `dataschema` of every event; the rest is its type. */
const SCHEMA_PREFIX = 'urn:sluice:events:v1:'

/** An event in the envelope of CloudEvents 1.0, structured JSON. */
export interface CloudEvent<Item extends StreamItem = StreamItem> {
  readonly specversion: '1.0'
  /** `account:sequence`; with `source` unique for ever. The same event always has the same id. */
  readonly id: string
  /** Which service it comes from: a URI reference that its host chose. */
  readonly source: string
  /** `sluice.` and the type of the event, for example `sluice.order_filled`. */
  readonly type: `sluice.${Item['type']}`
  /** The account. */
  readonly subject: string
  /** When it was recorded, ISO 8601 UTC. A `stream_reset` has none. */
  readonly time?: string
  readonly datacontenttype: 'application/json'
  readonly dataschema: string
  /** The place in the account's history, as 20 digits: such texts sort as their numbers do. */
  readonly sequence: string
  /** The account: what brokers choose a partition by. */
  readonly partitionkey: string
  readonly data: Item extends StreamReset ? Pick<StreamReset, 'orders' | 'positions'> : Item extends { readonly data: infer Data } ? Data : never
}

/** `account:sequence`, and for a reset `account:sequence:reset`: a reset is no event, and must not pass for one. */
export function idOf(item: StreamItem): string {
  return item.type === 'stream_reset' ? `${item.account}:${item.sequence}:reset` : item.id
}

/** Puts an item into its envelope. `source` must be a URI reference that no other journal uses. */
export function toCloudEvent(item: StreamItem, source: string): CloudEvent {
  return {
    specversion: '1.0',
    id: idOf(item),
    source,
    type: `${TYPE_PREFIX}${item.type}`,
    subject: item.account,
    ...(item.type !== 'stream_reset' && { time: item.time }),
    datacontenttype: 'application/json',
    dataschema: `${SCHEMA_PREFIX}${item.type}`,
    sequence: String(item.sequence).padStart(20, '0'),
    partitionkey: item.account,
    data: item.type === 'stream_reset' ? { orders: item.orders, positions: item.positions } : item.data,
  }
}

/** The bytes of thousands of readers are made once. */
const texts = new WeakMap<StreamItem, { readonly source: string; readonly text: string }>()

/** The envelope as JSON text. */
export function encodeCloudEvent(item: StreamItem, source: string): string {
  const known = texts.get(item)
  if (known?.source === source) return known.text
  const text = JSON.stringify(toCloudEvent(item, source))
  texts.set(item, { source, text })
  return text
}
