import { type Journal, type Lease, memoryJournal } from '@sluice/core'
import { journalCases, type JournalHarness, NotApplicable } from '@sluice/testkit'
import { expect, test } from 'vitest'

/** A journal that is right, but for one bug. */
type Bug = (journal: Journal) => Partial<Journal> & { readonly reopen?: () => Promise<Journal>; readonly fault?: () => void }

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

const bugs: readonly (readonly [caseId: string, bug: string, plant: Bug])[] = [
  ['J01', 'the last event of a batch comes back without its data', (inner) => ({
    read: async function* read(account, from) { for await (const event of inner.read(account, from)) yield event.sequence === 3 ? { ...event, data: {} } as never : event },
  })],
  ['J02', 'append answers the number of events', (inner) => ({ append: async (lease, batch) => { await inner.append(lease, batch); return { first: 1, last: batch.events.length } } })],
  ['J03', 'every second append overtakes', (inner) => ({
    append: async (lease, batch) => { if ((batch.events[0]?.sequence ?? 0) % 2 === 0) await turn(); return inner.append(lease, batch) },
  })],
  ['J04', 'a batch is written event by event', (inner) => ({
    append: async (lease, batch) => {
      let last = 0
      for (const event of batch.events) last = (await inner.append(lease, { ...batch, events: [event] })).last
      return { first: last - batch.events.length + 1, last }
    },
  })],
  ['J05', 'after a conflict the lease goes on', (inner) => {
    const fresh = new Map<string, Lease>()
    return {
      append: async (lease, batch) => {
        try { return await inner.append(fresh.get(lease.account) ?? lease, batch) } catch (error) { fresh.set(lease.account, await inner.claim(lease.account)); throw error }
      },
    }
  }],
  ['J06', 'reading starts one late', (inner) => ({ read: (account, from) => inner.read(account, from === 2000 ? 2001 : from) })],
  ['J07', 'a page is repeated when appends arrive', (inner) => ({
    read: async function* read(account, from) { for await (const event of inner.read(account, from)) { yield event; if (event.sequence === 1000) yield event } },
  })],
  ['J08', 'a claim answers the epoch of the first', (inner) => ({ claim: async (account) => ({ ...await inner.claim(account), epoch: 1 }) })],
  ['J09', 'no fence: whoever appends is taken for the owner', (inner) => {
    const owners = new Map<string, Lease>()
    return {
      claim: async (account) => { const lease = await inner.claim(account); owners.set(account, lease); return lease },
      append: (lease, batch) => inner.append(owners.get(lease.account) ?? lease, batch),
    }
  }],
  ['J10', 'a claim of one account fences every other', (inner) => ({
    claim: async (account) => { for (const other of await inner.accounts()) await inner.claim(other); return inner.claim(account) },
  })],
  ['J11', 'the global account is left out', (inner) => ({ accounts: async () => (await inner.accounts()).filter((account) => account !== '*') })],
  ['J12', 'keys are shared by all accounts', (inner) => ({
    find: async (account, key) => await inner.find(account, key) ?? await inner.find('main', key),
  })],
  ['J13', 'a second binding of a key is dropped without a word', (inner) => ({
    append: async (lease, batch) => {
      const isBound = await inner.find(lease.account, batch.keys?.[0]?.key ?? '')
      return inner.append(lease, isBound === undefined ? batch : { ...batch, keys: [] })
    },
  })],
  ['J14', 'advance reads, waits, then writes', (inner) => {
    const values = new Map<string, number>()
    return { ...inner, advance: async (name, to) => { const before = values.get(name) ?? 0; await turn(); values.set(name, Math.max(before, to)); return before < to } }
  }],
  ['J15', 'a batch without events moves no cursor', (inner) => ({
    append: (lease, batch) => inner.append(lease, batch.events.length === 0 ? { events: [] } : batch),
  })],
  ['J16', 'whatever snapshot comes last is kept', (inner) => {
    const snapshots = new Map<string, never>()
    return { loadSnapshot: async (account) => snapshots.get(account), saveSnapshot: async ({ account }, snapshot) => { snapshots.set(account, snapshot as never); await inner.accounts() } }
  }],
  ['J20', 'a name keeps its first order', (inner) => {
    const first = new Map<string, string>()
    return {
      append: async (lease, batch) => {
        for (const { name, orderId } of batch.names ?? []) if (!first.has(`${lease.account} ${name}`)) first.set(`${lease.account} ${name}`, orderId)
        return inner.append(lease, batch)
      },
      resolve: async (account, name) => first.get(`${account} ${name}`),
    }
  }],
  ['J21', 'only the first batch of an order comes back', (inner) => ({ readOrder: async (account, orderId) => (await inner.readOrder(account, orderId)).slice(0, 16) })],
  ['J22', 'a trade counts again after another', (inner) => ({
    append: async (lease, batch) => {
      try { return await inner.append(lease, batch) } catch { return { first: 1, last: batch.events.length } }
    },
  })],
  ['J17', 'cursors are answered after close', (inner) => ({ cursor: (name) => inner.cursor(name).catch(() => undefined) })],
  ['J18', 'it says `synced` and forgets', () => ({ durability: 'synced', reopen: async () => memoryJournal() })],
  ['J19', 'after a failed write it goes on over the hole', (inner) => {
    let failures = 0
    return {
      fault: () => { failures = 3 },
      append: async (lease, batch) => { failures -= 1; if (failures >= 0) throw Object.assign(new Error('disk'), { code: 'JOURNAL_FAILED' }); return inner.append(lease, batch) },
    }
  }],
]

function harnessOf(plant: Bug): JournalHarness {
  const inner = memoryJournal()
  const { reopen, fault, ...changes } = plant(inner)
  return { journal: { ...inner, ...changes }, ...(reopen && { reopen }), ...(fault && { fault }), close: () => inner.close() }
}

test.each(bugs)('%s catches: %s', async (id, _, plant) => {
  const error: unknown = await journalCases.find((item) => item.id === id)?.run(harnessOf(plant)).then(() => undefined, (reason: unknown) => reason)
  expect(error, 'the case fails').toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(NotApplicable)
})

test('every case has a planted bug', () => {
  expect(bugs.map(([id]) => id)).toEqual(journalCases.map(({ id }) => id))
})
