import type { FakeKafkaRecord } from '@sluice/events/testing'
import { expect } from 'vitest'

/** What the fault matrix promises: nothing lost, order kept, repetitions only under the same id and with the same bytes. Resolves to the number of repetitions. */
export function assertWhole(records: readonly FakeKafkaRecord[], account: string, count: number, without: readonly number[] = []): number {
  const own = records.filter(({ key }) => key === account)
  const bytes = new Map<number, string>()
  let seen = 0
  for (const { value, headers } of own) {
    const { id, sequence: text } = JSON.parse(value) as { readonly id: string; readonly sequence: string }
    const sequence = Number(text)
    expect(id).toBe(`${account}:${sequence}`)
    expect(headers['ce_id']).toBe(id)
    expect(bytes.get(sequence) ?? value, `${id} comes again as it was`).toBe(value)
    bytes.set(sequence, value)
    if (sequence <= seen) continue
    const skipped = Array.from({ length: sequence - seen - 1 }, (_, index) => seen + 1 + index)
    expect(skipped.every((missing) => without.includes(missing)), `nothing is skipped before ${id}`).toBe(true)
    seen = sequence
  }
  expect(seen, `the last event of ${account}`).toBe(count)
  return own.length - bytes.size
}
