import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appendTripFile, sqliteJournal } from '../../src/journal/sqlite/index.ts'
import { formatTrip, type OutsideTrip, tripPathOf } from '../../src/kill-switch/trip-file.ts'
import { systemClock, toIso } from '../../src/runtime/clock.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld, type World } from '../support/world.ts'

const trip = (id: string, overrides: Partial<OutsideTrip> = {}): string =>
  formatTrip({ id, scope: 'global', level: 'cancel_all', reason: 'by hand', actor: 'ops', time: toIso(systemClock.now()), ...overrides })

describe('F3: a trip file', () => {
  const lines: { text: string | undefined; error: Error | undefined } = { text: undefined, error: undefined }
  let world: World
  beforeEach(() => {
    lines.text = undefined
    lines.error = undefined
    world = createWorld()
  })
  const start = () => world.start({ approvals: plainCodes(), journal: { ...world.journal, readTrips: async () => { if (lines.error !== undefined) throw lines.error; return lines.text } } })

  it('that appears engages within a quarter of a second, each line once', async () => {
    const running = await start()
    await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))
    lines.text = trip('t1')
    await world.clock.advance(260)
    expect(running.service.killSwitch.status()).toMatchObject({ epoch: 1, engaged: [{ scope: 'global', level: 'cancel_all', actor: 'ops', reason: 'by hand' }] })
    await world.clock.advance(1000)
    expect(running.broker.orders().map(({ status }) => status)).toEqual(['canceled'])
    lines.text += trip('t2', { scope: 'symbol:AAPL', level: 'reduce_only' })
    await world.clock.advance(260)
    expect(running.service.killSwitch.status()).toMatchObject({ epoch: 2, engaged: [{ scope: 'global' }, { scope: 'symbol:AAPL' }] })
    expect(running.alerts.filter(({ code }) => code === 'TRIP_FILE')).toHaveLength(2)
  })

  it('that is there at the start engages before anything else; released by a human, it does not count again, nor after a restart', async () => {
    lines.text = trip('t1')
    const first = await start()
    expect(first.service.killSwitch.status()).toMatchObject({ engaged: [{ level: 'cancel_all' }] })
    await first.service.killSwitch.release({ reason: 'all clear', code: 'zqcanary-code-1' })
    await world.clock.advance(2000)
    expect(first.service.killSwitch.status().engaged).toEqual([])
    await world.until(first.service.close())
    const second = await start()
    await world.clock.advance(2000)
    expect(second.service.killSwitch.status().engaged).toEqual([])
    lines.text += trip('t2')
    await world.clock.advance(260)
    expect(second.service.killSwitch.status().engaged).toHaveLength(1)
  })

  it('F4: that cannot be read is engaged, and stays so whatever is released, until it can', async () => {
    lines.error = new Error('EACCES')
    const { service } = await start()
    expect(service.killSwitch.status()).toMatchObject({ engaged: [{ scope: 'global', level: 'no_new' }] })
    await service.killSwitch.release({ reason: 'try', code: 'zqcanary-code-1' })
    await world.clock.advance(260)
    expect(service.killSwitch.status().engaged).toHaveLength(1)
    lines.error = undefined
    await service.killSwitch.release({ reason: 'mended', code: 'zqcanary-code-2' })
    await world.clock.advance(1000)
    expect(service.killSwitch.status().engaged).toEqual([])
  })

  it('F4: whose reading hangs is engaged', async () => {
    const starting = world.start({ journal: { ...world.journal, readTrips: () => new Promise(() => undefined) } })
    const { service } = await starting
    expect(service.killSwitch.status()).toMatchObject({ engaged: [{ scope: 'global', level: 'no_new' }] })
  })

  it('flattens a strategy only as far as that means something', async () => {
    lines.text = trip('t1', { scope: 'strategy:alpha', level: 'flatten' })
    const { service } = await start()
    expect(service.killSwitch.status()).toMatchObject({ engaged: [{ scope: 'strategy:alpha', level: 'cancel_all' }] })
  })
})

describe('F3: beside a real journal', () => {
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'sluice-trips-')) })
  afterEach(() => { rmSync(folder, { recursive: true, force: true }) })

  it.each([['a line', 'cancel_all'], ['half a line', 'no_new'], ['a folder in its place', 'no_new']])('%s engages %s', async (what, level) => {
    const path = join(folder, 'orders.db')
    if (what === 'a line') appendTripFile(tripPathOf(path), trip('t1'))
    else if (what === 'half a line') writeFileSync(tripPathOf(path), trip('t1').slice(0, 30))
    else mkdirSync(tripPathOf(path))
    const world = createWorld()
    // In virtual time nothing may happen on another thread.
    const journal = sqliteJournal(path, { thread: 'inline' })
    // Files are read in real time: the virtual clock must not be late for them.
    const text = await journal.readTrips?.().then((value) => () => Promise.resolve(value), (error: Error) => () => Promise.reject(error))
    const { service } = await world.start({ journal: { ...journal, readTrips: text as () => Promise<string | undefined> } })
    expect(service.killSwitch.status()).toMatchObject({ engaged: [{ scope: 'global', level }] })
    await world.until(service.close())
  })
})
