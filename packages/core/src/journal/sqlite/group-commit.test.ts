import { expect, test } from 'vitest'
import { SluiceError } from '../../runtime/errors.ts'
import { groupCommit, type Outcome } from './group-commit.ts'

const toError = (cause: unknown): SluiceError => new SluiceError('JOURNAL_FAILED', 'failed', { cause })
const accept = (operation: number): Outcome => ({ value: operation * 10 })

test('writes of one turn share one transaction and keep their order', async () => {
  const groups: number[][] = []
  const group = groupCommit<number>((operations) => { groups.push([...operations]); return operations.map(accept) }, toError)
  await expect(Promise.all([group.run(1), group.run(2), group.run(3)])).resolves.toEqual([10, 20, 30])
  await group.run(4)
  expect(groups).toEqual([[1, 2, 3], [4]])
})

test('a refusal touches only its own operation', async () => {
  const refusal = new SluiceError('FENCED', 'refused')
  const group = groupCommit<number>((operations) => operations.map((operation) => (operation === 2 ? { refusal } : accept(operation))), toError)
  const results = await Promise.allSettled([group.run(1), group.run(2), group.run(3)])
  expect(results).toEqual([{ status: 'fulfilled', value: 10 }, { status: 'rejected', reason: refusal }, { status: 'fulfilled', value: 30 }])
})

test('a failed transaction rejects its whole group, everything queued behind it and everything later', async () => {
  let calls = 0
  const group = groupCommit<number>(() => { calls += 1; throw new Error('disk') }, toError)
  const many = Array.from({ length: 3000 }, (_, index) => group.run(index))
  const results = await Promise.allSettled(many)
  expect(results.every(({ status }) => status === 'rejected')).toBe(true)
  await expect(group.run(1)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
  expect(calls).toBe(1)
})

test('a long queue is written in several transactions, so that the event loop turns', async () => {
  const sizes: number[] = []
  const group = groupCommit<number>((operations) => { sizes.push(operations.length); return operations.map(accept) }, toError)
  await Promise.all(Array.from({ length: 2500 }, (_, index) => group.run(index)))
  expect(sizes).toEqual([1024, 1024, 452])
})

test('close writes the whole queue, then refuses', async () => {
  const group = groupCommit<number>((operations) => operations.map(accept), toError)
  const pending = Promise.all(Array.from({ length: 2500 }, (_, index) => group.run(index)))
  group.close(new SluiceError('JOURNAL_FAILED', 'closed'))
  await expect(pending).resolves.toHaveLength(2500)
  await expect(group.run(1)).rejects.toThrow('closed')
})
