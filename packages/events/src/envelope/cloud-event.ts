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

/** The envelope as JSON text. Written out by hand, since most of it is the same every time: an event's data is the only work. */
export function encodeCloudEvent(item: StreamItem, source: string): string {
  const account = JSON.stringify(item.account)
  const time = item.type === 'stream_reset' ? '' : `"time":${JSON.stringify(item.time)},`
  const data = JSON.stringify(item.type === 'stream_reset' ? { orders: item.orders, positions: item.positions } : item.data)
  return `{"specversion":"1.0","id":${JSON.stringify(idOf(item))},"source":${JSON.stringify(source)},"type":"${TYPE_PREFIX}${item.type}","subject":${account},${time}`
    + `"datacontenttype":"application/json","dataschema":"${SCHEMA_PREFIX}${item.type}","sequence":"${String(item.sequence).padStart(20, '0')}","partitionkey":${account},"data":${data}}`
}
