import type { BrokerUpdate, LogFields, Logger } from '@sluice/core'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { alpacaBroker } from '../src/index.ts'
import { QUICK } from './open-alpaca.ts'
import { startRecordedFake } from './recorded-fake.ts'

test('whatever fails, the secret is in no outcome, no update, no log line and no error', async () => {
  const secretKey = 'zqcanary-TOP-SECRET-VALUE'
  const fake = await startRecordedFake({ secretKey, rateLimit: 10_000 })
  const said: string[] = []
  const write = (message: string, fields?: LogFields): void => { said.push(message + JSON.stringify(fields ?? {})) }
  const logger: Logger = { debug: write, info: write, warn: write, error: write }
  const deliver = async (update: BrokerUpdate): Promise<void> => { said.push(JSON.stringify(update)) }
  const adapter = alpacaBroker({ environment: 'paper', keyId: fake.keyId, secretKey, url: fake.url, dataUrl: fake.url, ...QUICK })
  await adapter.connect(makeContext({ logger, deliver }))
  fake.faults.add({ kind: 'reset' }, { kind: 'answer', status: 401, body: '{"code":40110000,"message":"request is not authorized"}' }, { kind: 'malformed' }, { kind: 'answer', status: 302, headers: { Location: '/' } })
  for (const clientOrderId of ['a', 'b', 'c', 'd', 'e']) said.push(JSON.stringify(await adapter.submit(makeApprovedOrder({ clientOrderId, terms: { limitPrice: '100' } }))))
  fake.stream.onConnect('unauthorized', 'refuse')
  fake.stream.drop()
  await expect.poll(() => said.some((line) => line.includes('refuses the stream'))).toBe(true)
  await fake.close()
  said.push(JSON.stringify(await adapter.lookup('a')), JSON.stringify(await adapter.snapshot()))
  said.push(String(await adapter.marketData.quote('AAPL', new AbortController().signal).catch((error: unknown) => error)))
  await adapter.close()
  expect(said.length).toBeGreaterThan(10)
  expect(said.filter((line) => line.includes(secretKey))).toEqual([])
})
