import { randomUUID } from 'node:crypto'
import { type ApprovalProvider, type ApprovalVerdict, type Clock, type Guard, type Journal, SluiceError } from '@sluice/core'
import type { KillBoard } from './kill-board.ts'

/** A person and what they typed. */
interface Proof {
  readonly actor: string
  readonly code: string | undefined
  /** What it is for; recorded. */
  readonly subject: string
}

/**
 * Codes in a cluster. That one was asked for is written into the history that all nodes share before it is looked at, so that wrong
 * codes in a row lock a person everywhere, whichever node was asked; a right one is spent once for all of them.
 */
export interface ClusterApprovals {
  /** Whether the code is right and was used by nobody before. @throws SluiceError APPROVAL_REFUSED when the person is locked */
  spend(provider: ApprovalProvider, proof: Proof): Promise<boolean>
  /** The provider for the service of one account: codes are counted and spent for the cluster. */
  within(provider: ApprovalProvider): ApprovalProvider
  /** The guard with such a provider in place of its own. */
  guarding(guard: Guard): Guard
  /** Whether a counter stands for a code that was spent here a moment ago: its service moves it once. */
  isSpent(counter: string): boolean
  /** A code that only this process knows, for what a human's code was spent on already. */
  readonly inner: string
  unlock(provider: ApprovalProvider, person: string, by: { readonly actor: string; readonly code: string }): Promise<void>
}

export function createClusterApprovals(board: () => KillBoard, journal: Pick<Journal, 'advance'>, clock: Clock, attempts: number): ClusterApprovals {
  const inner = randomUUID()
  const passes = new Set<string>()

  const spend = async (provider: ApprovalProvider, { actor, code, subject }: Proof): Promise<boolean> => {
    if (code === undefined) return false
    if (!await board().note({ approver: actor, subject, step: 'asked' }, () => board().askedFor(actor) < attempts)) {
      throw new SluiceError('APPROVAL_REFUSED', `${actor} is locked after ${attempts} wrong codes in a row: another approver must unlock`, { attemptsLeft: 0 })
    }
    const verdict = await provider.verify({ actor, code, time: clock.now() })
    if (!verdict.valid || !await journal.advance(verdict.counter, verdict.step)) return false
    await board().note({ approver: actor, subject, step: 'accepted' })
    return true
  }

  /** The service spends this in the place of what was spent already; codes that pass side by side do not overtake each other. */
  const pass = (): ApprovalVerdict => {
    const counter = `cluster ${randomUUID()}`
    passes.add(counter)
    return { valid: true, counter, step: 1 }
  }
  const within = (provider: ApprovalProvider): ApprovalProvider => ({
    name: provider.name,
    verify: async ({ actor, code }) => (code === inner || await spend(provider, { actor, code, subject: 'an order' }) ? pass() : { valid: false }),
  })
  const guarding = (guard: Guard): Guard => {
    if (guard.approvals === undefined) return guard
    const withOptions = guard.withOptions?.bind(guard)
    return { ...guard, approvals: within(guard.approvals), ...(withOptions !== undefined && { withOptions: (options: Guard['options']) => guarding(withOptions(options)) }) }
  }

  return {
    inner, spend, within, guarding,
    isSpent: (counter) => passes.delete(counter),
    unlock: async (provider, person, by) => {
      if (by.actor === person) throw new SluiceError('APPROVAL_REFUSED', 'nobody unlocks themselves: another approver must')
      if (!await spend(provider, { ...by, subject: `unlock ${person}` })) {
        throw new SluiceError('APPROVAL_REFUSED', 'unlocking needs a fresh code; this one is missing, wrong, too old or was used before', { retryable: true })
      }
      await board().note({ approver: person, subject: 'unlock', step: 'unlocked', by: by.actor })
    },
  }
}
