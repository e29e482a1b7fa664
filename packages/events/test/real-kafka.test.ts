import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { EventSink } from '@sluice/events'
import { startEventRelay } from '@sluice/events'
import { kafkaSink } from '@sluice/events/kafka'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CuttingProxy, startCuttingProxy } from './support/cutting-proxy.ts'
import { itemsOf } from './support/kafka-reader.ts'
import { makeHistory } from './support/make-history.ts'
import { upTo } from './support/open-relay.ts'
import { createTopics, readTopic } from './support/read-topic.ts'
import { type RealKafka, startRealKafka } from './support/start-real-kafka.ts'

const LONG = 240_000
const consumer = join(import.meta.dirname, '../../../examples/consumer/main.ts')
let proxy: CuttingProxy
let kafka: RealKafka | string = 'it did not start'

beforeAll(async () => {
  proxy = await startCuttingProxy()
  kafka = await startRealKafka({ advertise: proxy.port })
  if (typeof kafka !== 'string') proxy.target = kafka.address
}, LONG)
afterAll(async () => {
  if (typeof kafka !== 'string') await kafka.close()
  await proxy.close()
}, LONG)

/** A sink that reaches the broker over the wire that may be cut. */
const sinkTo = (topic: string): EventSink => kafkaSink({ brokers: [`127.0.0.1:${proxy.port}`], topic, source: '/test', retryDelay: 50, retries: 4 })

async function relayTo(topic: string) {
  const history = makeHistory()
  const relay = await startEventRelay({ service: history.service, journal: history.journal, sinks: [sinkTo(topic)], onAlert: () => undefined, retryDelay: 50, longestDelay: 500 })
  return { history, relay }
}

/** Keeps the order, loses nothing, and repeats only under the same id. */
function assertWhole(messages: Awaited<ReturnType<typeof readTopic>>, account: string, count: number): number {
  const items = itemsOf(messages, account)
  let seen = 0
  for (const { id, sequence } of items) {
    expect(sequence).toBeLessThanOrEqual(seen + 1)
    expect(id).toBe(`${account}:${sequence}`)
    seen = Math.max(seen, sequence)
  }
  expect(seen).toBe(count)
  return items.length - count
}

describe('Apache Kafka in KRaft mode', () => {
  test('events arrive in order per account, keyed, as CloudEvents', async ({ skip }) => {
    if (typeof kafka === 'string') { skip(kafka); return }
    await createTopics(kafka.address, ['plain'])
    const { history, relay } = await relayTo('plain')
    await Promise.all(upTo(5).map((index) => history.append(`account-${index}`, 400)))
    expect(await relay.drained(30_000)).toBe(true)
    await relay.close()
    const messages = await readTopic(kafka.address, 'plain', 2000)
    for (const index of upTo(5)) expect(assertWhole(messages, `account-${index}`, 400)).toBe(0)
    expect(messages[0]?.headers.get('content-type')).toBe('application/cloudevents+json; charset=utf-8')
    expect(messages[0]?.headers.get('ce_id')).toMatch(/^account-\d:1$/)
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@sluice/source', consumer, '--kafka', kafka.address, '--topic', 'plain', '--count', '2000'])
    expect(stdout).not.toContain('missed')
    expect(stdout.match(/ {2}order_expired /g)).toHaveLength(2000)
  }, LONG)

  test('acknowledgements that are lost make no duplicates: the broker knows the producer and its numbers', async ({ skip }) => {
    if (typeof kafka === 'string') { skip(kafka); return }
    await createTopics(kafka.address, ['lost'])
    const { history, relay } = await relayTo('lost')
    await history.append('main', 1)
    await relay.drained(30_000)
    for (let round = 1; round <= 8; round += 1) {
      proxy.loseAnswers(1)
      await history.append('main', 50)
      expect(await relay.drained(30_000)).toBe(true)
    }
    await relay.close()
    expect(proxy.lost).toBe(8)
    expect(assertWhole(await readTopic(kafka.address, 'lost', 401), 'main', 401)).toBe(0)
  }, LONG)

  test('a broker that is killed and comes back loses nothing and keeps the order', async ({ skip }) => {
    if (typeof kafka === 'string') { skip(kafka); return }
    await createTopics(kafka.address, ['killed'])
    const { history, relay } = await relayTo('killed')
    await history.append('main', 300)
    await relay.drained(30_000)
    const killed = kafka.command('kill')
    for (let round = 0; round < 20; round += 1) await history.append('main', 20)
    await killed
    expect(await relay.drained(300)).toBe(false)
    await kafka.command('start')
    expect(await relay.drained(60_000)).toBe(true)
    expect(relay.deadLetters()).toEqual([])
    await relay.close()
    const messages = await readTopic(kafka.address, 'killed', 10_000, 1500)
    assertWhole(messages, 'main', 700)
  }, LONG)
})
