import type { ApprovalProvider } from '../../approval/approval-provider.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { PipelineContext } from '../context.ts'

const unrecorded = (cause: unknown): SluiceError =>
  new SluiceError('JOURNAL_FAILED', 'the code could not be recorded as used, so it does not count; restart the service', { retryable: true, cause })

/** Whether a person has been asked for so many wrong codes in a row that no further one is looked at. */
function isLocked(context: PipelineContext, approver: string): boolean {
  return (context.approvers.get(approver) ?? 0) >= context.timing.approverAttempts
}

/**
 * Checks a code and spends it: of all uses of one code, on any order, in any process, one passes. That it was asked for is durable
 * before it is looked at, so that a crash gives no fresh attempts; the counter moves before anything is done with the approval,
 * so that a crash in between wastes a code and never doubles it.
 * @throws SluiceError APPROVAL_REFUSED when the person is locked, JOURNAL_FAILED when nothing can be recorded
 */
export async function spendCode(context: PipelineContext, provider: ApprovalProvider, actor: string, code: string, subject = 'a command'): Promise<boolean> {
  if (isLocked(context, actor)) {
    throw new SluiceError('APPROVAL_REFUSED', `${actor} is locked after ${context.timing.approverAttempts} wrong codes in a row: another approver must unlock`, { attemptsLeft: 0 })
  }
  const note = (step: 'asked' | 'accepted'): Promise<void> => context.globalBook.record([{ type: 'approval_checked', data: { approver: actor, subject, step } }])
  try {
    await note('asked')
  } catch (cause) {
    throw unrecorded(cause)
  }
  const verdict = await provider.verify({ actor, code, time: context.clock.now() })
  if (!verdict.valid) return false
  try {
    const spent = await context.journal.advance(verdict.counter, verdict.step)
    if (spent) await note('accepted')
    return spent
  } catch (cause) {
    throw unrecorded(cause)
  }
}

/** Ends the lock of a person: by the code of another one, or by whoever starts the service (`unlockApprovers`). */
export async function unlockApprover(context: PipelineContext, person: string, by: { readonly actor: string; readonly code: string | undefined } | 'start'): Promise<void> {
  if (by !== 'start') {
    if (by.actor === person) throw new SluiceError('APPROVAL_REFUSED', 'nobody unlocks themselves: another approver must')
    if (context.approvals === undefined) throw new SluiceError('APPROVAL_UNAVAILABLE', 'no approval provider is configured, so nobody is locked')
    if (by.code === undefined || !await spendCode(context, context.approvals, by.actor, by.code, `unlock ${person}`)) {
      throw new SluiceError('APPROVAL_REFUSED', 'unlocking needs a fresh code; this one is missing, wrong, too old or was used before', { retryable: true })
    }
  }
  await context.globalBook.record([{ type: 'approval_checked', data: { approver: person, subject: 'unlock', step: 'unlocked', by: by === 'start' ? 'start' : by.actor } }])
}
