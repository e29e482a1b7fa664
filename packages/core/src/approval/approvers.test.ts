import { expect, test } from 'vitest'
import { eventSource } from '../../test/support/make-event.ts'
import { applyApproverEvent } from './approvers.ts'

test('codes asked for in a row are counted by person; a right one or an unlocking begins anew', () => {
  const source = eventSource()
  const approvers = new Map<string, number>()
  const note = (approver: string, step: 'asked' | 'accepted' | 'unlocked'): void => { applyApproverEvent(approvers, source.make('approval_checked', { approver, subject: 'order', step })) }
  note('ann', 'asked')
  note('ann', 'asked')
  note('bob', 'asked')
  expect([...approvers]).toEqual([['ann', 2], ['bob', 1]])
  note('ann', 'accepted')
  expect([...approvers]).toEqual([['bob', 1]])
  note('ann', 'asked')
  note('bob', 'unlocked')
  expect([...approvers]).toEqual([['ann', 1]])
})
