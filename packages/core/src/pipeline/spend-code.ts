import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { PipelineContext } from './context.ts'

/**
 * Checks a code and spends it: of all uses of one code, on any order, in any process, one passes. The counter moves in the
 * journal before anything is done with the approval; a crash in between wastes a code and never doubles it.
 */
export async function spendCode(context: PipelineContext, provider: ApprovalProvider, actor: string, code: string): Promise<boolean> {
  const verdict = await provider.verify({ actor, code, time: context.clock.now() })
  if (!verdict.valid) return false
  try {
    return await context.journal.advance(verdict.counter, verdict.step)
  } catch (cause) {
    throw new SluiceError('JOURNAL_FAILED', 'the code could not be recorded as used, so it does not count; restart the service', { retryable: true, cause })
  }
}
