import type { Journal } from '@sluice/core'

async function firstFrom(journal: Pick<Journal, 'read'>, account: string, from: number): Promise<number | undefined> {
  for await (const { sequence } of journal.read(account, from)) return sequence
  return undefined
}

/**
 * The last durable sequence number of an account that is at least `known`: in steps that double, since a journal has no other way to
 * ask. Where every event has been pruned it is that of the snapshot which stayed.
 */
export async function findHead(journal: Pick<Journal, 'read' | 'loadSnapshot'>, account: string, known: number): Promise<number> {
  let low = known
  let step = 1
  let high: number | undefined
  for (;;) {
    const target = high === undefined ? low + step : Math.floor((low + high) / 2) + 1
    if (high !== undefined && low >= high) return low > known ? low : Math.max(known, (await journal.loadSnapshot(account))?.sequence ?? 0)
    const found = await firstFrom(journal, account, target)
    if (found === undefined) high = target - 1
    else low = found
    step *= 2
  }
}
