import type { BrokerUpdate } from '@sluice/core'
import { makeContext } from '@sluice/core/testing'
import { afterEach, vi } from 'vitest'
import { type AlpacaBroker, alpacaBroker, type AlpacaBrokerOptions } from '../src/index.ts'
import { type FakeAlpaca, type FakeAlpacaOptions } from '../src/testing/index.ts'
import { startRecordedFake } from './recorded-fake.ts'

/** A connected adapter on a fake of its own, and everything that it delivered. */
export interface OpenAlpaca {
  readonly fake: FakeAlpaca
  readonly adapter: AlpacaBroker
  readonly updates: BrokerUpdate[]
  /** The states of the connection, in order. */
  states(): string[]
  kinds(): string[]
  connect(): Promise<void>
}

vi.setConfig({ testTimeout: 20_000 })

const opened: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of opened.splice(0).toReversed()) await close() })

/** Short times, so that every watchdog of the table can bite within a test; long enough for a machine that is busy elsewhere. */
export const QUICK = {
  requestTimeout: 3000, firstRetry: 10, longestRetry: 50, refusedRetry: 150, handshakeTimeout: 800, pingInterval: 150, pongTimeout: 400, replaceTimeout: 2000,
} as const

export async function prepareAlpaca(options: Partial<AlpacaBrokerOptions> = {}, fakeOptions: FakeAlpacaOptions = {}): Promise<OpenAlpaca> {
  const fake = await startRecordedFake({ rateLimit: 10_000, ...fakeOptions })
  const { keyId, secretKey, url } = fake
  const adapter = alpacaBroker({ environment: 'paper', keyId, secretKey, url, dataUrl: url, ...QUICK, ...options })
  const updates: BrokerUpdate[] = []
  opened.push(async () => {
    await adapter.close()
    await fake.close()
  })
  return {
    fake, adapter, updates,
    states: () => updates.flatMap((update) => (update.kind === 'connection' ? [update.state] : [])),
    kinds: () => updates.flatMap((update) => (update.kind === 'connection' ? [] : [update.kind])),
    connect: () => adapter.connect(makeContext({ deliver: async (update) => { updates.push(update) } })),
  }
}

export async function openAlpaca(options: Partial<AlpacaBrokerOptions> = {}, fakeOptions: FakeAlpacaOptions = {}): Promise<OpenAlpaca> {
  const open = await prepareAlpaca(options, fakeOptions)
  await open.connect()
  return open
}
