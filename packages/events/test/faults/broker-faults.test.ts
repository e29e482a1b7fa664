import { startEventRelay } from '@sluice/events'
import { kafkaSink } from '@sluice/events/kafka'
import { fakeKafka, type FakeKafka } from '@sluice/events/testing'
import { createSeededRandom, type SeededRandom } from '@sluice/testkit/simulation'
import { expect, onTestFinished, test } from 'vitest'
import { makeHistory } from '../support/make-history.ts'
import { assertWhole } from './assert-delivered.ts'

const ACCOUNTS = ['main', 'second', 'third', '*']

async function open(partitions = 3) {
  const broker = await fakeKafka({ topics: ['sluice.events'], partitions })
  const history = makeHistory()
  const alerts: string[] = []
  const relay = await startEventRelay({
    service: history.service, journal: history.journal, retryDelay: 5, longestDelay: 50, batch: 25,
    sinks: [kafkaSink({ brokers: [broker.address], source: '/test', timeout: 300, retries: 2, retryDelay: 5 })],
    onAlert: ({ code }) => { alerts.push(code) },
  })
  onTestFinished(async () => {
    await relay.close()
    await broker.close()
  })
  return { broker, history, relay, alerts }
}

/** Errors of the protocol that pass by themselves. */
const PASSING: readonly (readonly [name: string, code: number])[] = [
  ['UNKNOWN_TOPIC_OR_PARTITION', 3], ['LEADER_NOT_AVAILABLE', 5], ['NOT_LEADER_OR_FOLLOWER', 6], ['REQUEST_TIMED_OUT', 7], ['NOT_ENOUGH_REPLICAS', 19],
  ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', 20], ['TOPIC_AUTHORIZATION_FAILED', 29], ['CLUSTER_AUTHORIZATION_FAILED', 31], ['OUT_OF_ORDER_SEQUENCE_NUMBER', 45],
  ['INVALID_PRODUCER_EPOCH', 47], ['KAFKA_STORAGE_ERROR', 56], ['UNKNOWN_PRODUCER_ID', 59], ['THROTTLING_QUOTA_EXCEEDED', 89],
]

test.each(PASSING)('the broker answers %s for a while: nothing is lost, and nothing is given up', async (_, code) => {
  const { broker, history, relay } = await open()
  await history.append('main', 30)
  await relay.drained(10_000)
  broker.refuseWith(code, 12)
  await history.append('main', 60)
  expect(await relay.drained(20_000)).toBe(true)
  expect(relay.deadLetters()).toEqual([])
  expect(assertWhole(broker.records('sluice.events'), 'main', 90)).toBe(0)
})

type Fault = (broker: FakeKafka, random: SeededRandom) => void | Promise<void>
const FAULTS: readonly Fault[] = [
  (broker, random) => { broker.refuseWith(random.pick([5, 6, 7, 19, 56]), random.between(1, 8)) },
  (broker, random) => { broker.loseAnswers(random.between(1, 6)) },
  (broker, random) => { broker.loseRequests(random.between(1, 6)) },
  (broker) => { broker.swallowAnswers(1) },
  async (broker, random) => {
    await broker.down()
    await new Promise((resolve) => { setTimeout(resolve, random.between(1, 150)) })
    await broker.up()
  },
]

test('a storm of faults: nothing lost, order kept, repetitions only under the same id', async () => {
  const seed = process.env['SLUICE_SEED'] ?? 'storm'
  const random = createSeededRandom(seed)
  const { broker, history, relay } = await open(2)
  for (let round = 0; round < 60; round += 1) {
    for (const account of ACCOUNTS) if (random.chance(0.7)) await history.append(account, random.between(1, 60))
    await random.pick(FAULTS)(broker, random)
    if (random.chance(0.5)) await new Promise((resolve) => { setTimeout(resolve, random.between(0, 60)) })
  }
  expect(await relay.drained(30_000), `drained, seed ${seed}`).toBe(true)
  expect(relay.deadLetters()).toEqual([])
  const records = broker.records('sluice.events')
  for (const account of ACCOUNTS) assertWhole(records, account, history.events.filter((event) => event.account === account).length)
})
