import type { Batch, Lease, StoredEvent } from '@sluice/core'
import { createVirtualTime, faultyJournal, JOURNAL_FAULTS } from '@sluice/testkit/simulation'
import { describe, expect, test } from 'vitest'

const time0 = '2026-01-05T14:30:00.000Z'
const eventAt = (sequence: number): StoredEvent => ({
  id: `main:${sequence}`, account: 'main', sequence, time: time0, type: 'anomaly_detected', data: { code: 'TEST', message: `${sequence}` },
})
const batch = (sequence: number): Batch => ({ events: [eventAt(sequence)] })

async function open() {
  const time = createVirtualTime()
  const disk = faultyJournal({ clock: time.clock, sync: [10, 10] })
  const claim = async () => {
    const journal = disk.open()
    const lease: Lease = await time.until(journal.claim('main'))
    return { journal, lease }
  }
  return { time, disk, claim, sequences: async () => (await disk.history('main')).map(({ sequence }) => sequence) }
}

/** Whether a promise has settled, and how. */
function watch(promise: Promise<unknown>): { state: 'open' | 'done' | 'failed' } {
  const watched: { state: 'open' | 'done' | 'failed' } = { state: 'open' }
  promise.then(() => { watched.state = 'done' }, () => { watched.state = 'failed' })
  return watched
}

describe('a journal that fails on command', () => {
  test('loses what was not synced when the process dies, and never answers for it', async () => {
    const { time, claim, sequences } = await open()
    const { journal, lease } = await claim()
    await time.until(journal.append(lease, batch(1)))
    const lost = watch(journal.append(lease, batch(2)))
    await time.advance(5)
    journal.crash(0)
    await time.advance(1000)
    expect(lost.state).toBe('open')
    expect(await sequences()).toEqual([1])
  })

  test('may have kept a prefix of what was not synced, and the next process continues after it', async () => {
    const { time, claim, sequences } = await open()
    const { journal, lease } = await claim()
    const writes = [1, 2, 3].map((sequence) => watch(journal.append(lease, batch(sequence))))
    journal.crash(2)
    await time.advance(1000)
    expect(writes.map(({ state }) => state), 'nobody was told').toEqual(['open', 'open', 'open'])
    expect(await sequences()).toEqual([1, 2])
    const next = await claim()
    expect(next.lease.sequence).toBe(2)
    await time.until(next.journal.append(next.lease, batch(3)))
    expect(await sequences()).toEqual([1, 2, 3])
  })

  test('writes in the order of the calls, and answers after the sync', async () => {
    const { time, claim } = await open()
    const { journal, lease } = await claim()
    const first = watch(journal.append(lease, batch(1)))
    const second = watch(journal.append(lease, batch(2)))
    await time.advance(9)
    expect([first.state, second.state]).toEqual(['open', 'open'])
    await time.advance(20)
    expect([first.state, second.state]).toEqual(['done', 'done'])
  })

  const faults: Readonly<Record<(typeof JOURNAL_FAULTS)[number], () => Promise<void>>> = {
    fail_append: async () => {
      const { time, disk, claim, sequences } = await open()
      const { journal, lease } = await claim()
      disk.inject('fail_append')
      await expect(time.until(journal.append(lease, batch(1)))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
      await expect(time.until(journal.append(lease, batch(2)))).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
      expect(journal.state).toBe('failed')
      const written = await sequences()
      expect([[], [1]], 'whether the first is written is open, the second is not').toContainEqual(written)
      const next = await claim()
      expect(next.lease.sequence).toBe(written.length)
    },
    hang_append: async () => {
      const { time, disk, claim } = await open()
      const { journal, lease } = await claim()
      disk.inject('hang_append')
      const hung = watch(journal.append(lease, batch(1)))
      await time.advance(600_000)
      expect(hung.state).toBe('open')
      expect(journal.state).toBe('hung')
    },
    slow_append: async () => {
      const { time, disk, claim } = await open()
      const { journal, lease } = await claim()
      disk.inject('slow_append')
      const slow = watch(journal.append(lease, batch(1)))
      await time.advance(60)
      expect(slow.state).toBe('open')
      await time.advance(2000)
      expect(slow.state).toBe('done')
    },
    fail_read: async () => {
      const { disk, claim } = await open()
      disk.inject('fail_read')
      await expect(claim()).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
      expect((await claim()).lease.epoch).toBe(1)
    },
  }
  test.each(JOURNAL_FAULTS)('%s', async (fault) => { await expect(faults[fault]()).resolves.toBeUndefined() })
})
