import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { generate } from 'otplib'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { totp, totpSecrets } from '../../src/approval/totp/index.ts'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { secretFile, sqliteJournal } from '../../src/journal/sqlite/index.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import type { Logger } from '../../src/runtime/logger.ts'
import { secureBytes } from '../../src/runtime/secure-random.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import { makeRequest } from '../../src/testing/index.ts'

let folder: string
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-canary-')) })
afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

const WRONG = ['918273', 'canary-code-17', 'canary\u0000code']

/** Every way in which a value could be written out. */
function texts(value: unknown): string[] {
  const error = value instanceof Error ? [String(value), value.stack ?? '', JSON.stringify(value, Object.getOwnPropertyNames(value))] : []
  return [...error, inspect(value, { depth: 12, showHidden: true }), JSON.stringify(value) ?? '']
}

/** Whole, in parts a base 32 reader takes, and as the bytes that are stored. */
const shapes = (secret: string): string[] => [secret, secret.toLowerCase(), Buffer.from(secret).toString('base64').replace(/=+$/, ''), Buffer.from(secret).toString('hex')]

it('I12: no secret, key or code is in any log line, event, alert, error, order, or byte on the disk', async () => {
  const seen: string[] = []
  const line = (message: string, fields?: unknown): void => { seen.push(...texts([message, fields])) }
  const logger: Logger = { debug: line, info: line, warn: line, error: line }
  const spies = (['log', 'warn', 'error', 'info', 'debug'] as const).map((name) => vi.spyOn(console, name).mockImplementation((...parts: unknown[]) => { seen.push(...texts(parts)) }))
  const key = secureBytes(32)
  const secrets = totpSecrets({ store: secretFile(join(folder, 'secrets.json')), key: () => key, issuer: 'Desk' })
  const codes: string[] = [...WRONG]
  const codeOf = async (secret: string, back = 0): Promise<string> => {
    const code = await generate({ secret, strategy: 'totp', epoch: Math.floor(systemClock.now() / 1000) - back * 30 })
    codes.push(code)
    return code
  }
  const people: Record<string, string> = {}
  for (const person of ['ann', 'bob', 'cleo', 'dan']) {
    const { secret } = await secrets.enrol(person)
    people[person] = secret
    expect(await secrets.confirm(person, await codeOf(secret), systemClock.now())).toBe(true)
  }
  const failing = async (attempt: Promise<unknown>): Promise<void> => {
    const error: unknown = await attempt.then(() => undefined, (reason: unknown) => reason)
    expect(error).toBeDefined()
    seen.push(...texts(error))
  }

  const service = await createExecutionService({
    broker: simulatedBroker({ latency: [0, 0] }), journal: sqliteJournal(join(folder, 'orders.db')), logger, approverAttempts: 4,
    guards: [highValueApproval({ above: '100', approvals: totp({ secretOf: (person) => { if (person === 'eve') throw new Error(`no key but ${Buffer.from(key).toString('hex')}`); return secrets.secretOf(person) } }) })],
  })
  service.on('event', (event) => { seen.push(...texts(event)) })
  service.on('alert', (alert) => { seen.push(...texts(alert)) })
  const order = await service.placeOrder(makeRequest({ limitPrice: '9', quantity: '20' }))
  expect(order.status).toBe('pending_approval')
  for (const code of WRONG) await failing(service.approveOrder(order.id, { code, actor: 'dan' }))
  await failing(service.approveOrder(order.id, { code: WRONG[0] ?? '', actor: 'eve' }))
  const right = await codeOf(people['ann'] ?? '')
  seen.push(...texts(await service.approveOrder(order.id, { code: right, actor: 'ann' })))
  const other = await service.placeOrder(makeRequest({ symbol: 'MSFT', limitPrice: '9', quantity: '20' }))
  await failing(service.approveOrder(other.id, { code: right, actor: 'ann' }))
  seen.push(...texts(await service.killSwitch.engage({ reason: 'test' })))
  await failing(service.killSwitch.release({ reason: 'test', code: WRONG[1] ?? '', actor: 'dan' }))
  await failing(service.killSwitch.release({ reason: 'test', code: await codeOf(people['dan'] ?? ''), actor: 'dan' }))
  await service.unlockApprover('dan', { actor: 'bob', code: await codeOf(people['bob'] ?? '') })
  seen.push(...texts(await service.killSwitch.release({ reason: 'test', code: await codeOf(people['cleo'] ?? ''), actor: 'cleo' })))
  seen.push(...texts(await service.listOrders()), ...texts(service.killSwitch.status()), ...texts(await service.guards()), ...texts(service))
  await service.close()
  for (const spy of spies) spy.mockRestore()

  const disk = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
  expect(disk.length).toBeGreaterThan(1)
  const everything = [...seen, ...disk].join('\n')
  expect(everything).toContain('approval_checked')
  const keyShapes = [Buffer.from(key).toString('hex'), Buffer.from(key).toString('base64'), Buffer.from(key).toString('latin1')]
  const found = [...Object.values(people).flatMap(shapes), ...codes, ...keyShapes].filter((canary) => everything.includes(canary))
  // A six-digit code can be part of a number by chance; of ten, never as a word of its own twice.
  expect(found.filter((canary) => !/^\d{6}$/.test(canary) || new RegExp(`(?<![0-9a-zA-Z.])${canary}(?![0-9a-zA-Z])`).test(everything))).toEqual([])
})
