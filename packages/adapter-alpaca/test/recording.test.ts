import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { alpacaBroker } from '../src/index.ts'
import { startFake } from './fake-client.ts'
import { startRecording } from './recording.ts'

test('a recorded run is the same to the adapter, and its file has every answer and frame and no credentials', async () => {
  const fake = await startFake()
  const folder = mkdtempSync(join(tmpdir(), 'sluice-recording-'))
  const file = join(folder, 'run.jsonl')
  const recording = await startRecording(file, fake.streamUrl)
  const adapter = alpacaBroker({ environment: 'paper', keyId: fake.keyId, secretKey: fake.secretKey, url: fake.url, transport: recording.transport, streamUrl: recording.streamUrl })
  onTestFinished(async () => {
    await adapter.close()
    await recording.close()
    rmSync(folder, { recursive: true })
  })
  let fills = 0
  await adapter.connect(makeContext({ deliver: async ({ kind }) => { if (kind === 'fill') fills += 1 } }))
  await adapter.submit(makeApprovedOrder({ clientOrderId: 'a', terms: { type: 'market' } }))
  await expect.poll(() => fills).toBe(1)
  const text = readFileSync(file, 'utf8')
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as { frame?: string; path?: string; answer?: string })
  expect(lines.flatMap(({ frame }) => (frame === undefined ? [] : [(JSON.parse(frame) as { data: { event?: string } }).data.event ?? 'control']))).toEqual(['control', 'control', 'pending_new', 'new', 'fill'])
  expect(lines.find(({ path }) => path === '/v2/orders')?.answer).toContain('"client_order_id":"a"')
  expect(text).not.toContain(fake.secretKey)
})
