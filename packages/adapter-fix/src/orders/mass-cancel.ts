import type { Clock, CommandOutcome, Timer } from '@sluice/core'
import type { FieldReader } from '../codec/message-view.ts'

/** Asks the broker to cancel all orders of the session at once (q) and takes its report (r). One question at a time; whoever asks meanwhile shares it. */
export interface MassCancel {
  ask(): Promise<CommandOutcome>
  /** OrderMassCancelReport. That each order ended is said by its own report. */
  receive(message: FieldReader): void
  /** The request was never written. */
  unsent(reason: string): void
  /** A Reject of the request. */
  refuse(code: string, message: string): void
  /** The line is gone: nobody knows. */
  lineDown(reason: string): void
}

export interface MassCancelOptions {
  readonly clock: Clock
  readonly timeout: number
  /** Sends the request under this ClOrdID 11. */
  readonly send: (clientOrderId: string) => void
}

export function createMassCancel({ clock, timeout, send }: MassCancelOptions): MassCancel {
  let question: { readonly id: string; readonly promise: Promise<CommandOutcome>; readonly resolve: (outcome: CommandOutcome) => void; readonly timer: Timer } | undefined
  let count = 0
  const end = (outcome: CommandOutcome): void => {
    const ended = question
    question = undefined
    ended?.timer.cancel()
    ended?.resolve(outcome)
  }
  return {
    ask: () => {
      if (question !== undefined) return question.promise
      count += 1
      const { promise, resolve } = Promise.withResolvers<CommandOutcome>()
      // No longer than other ids, and not one that a process before this one has used.
      const id = `K${clock.now().toString(36)}-${count}`
      const timer = clock.setTimer(() => { end({ kind: 'ambiguous', reason: `the broker did not answer the mass cancel within ${timeout} ms` }) }, timeout, true)
      question = { id, promise, resolve, timer }
      send(id)
      return promise
    },
    receive: (message) => {
      const named = message.text(11)
      if (question === undefined || (named !== undefined && named !== question.id)) return
      // MassCancelResponse 0 is a refusal, everything else says what was cancelled.
      if (message.text(531) === '0') end({ kind: 'refused', code: `FIX_${message.text(532) ?? '99'}`, message: message.text(58) ?? 'the broker refused the mass cancel' })
      else end({ kind: 'accepted' })
    },
    unsent: (reason) => { end({ kind: 'not_sent', reason, retryable: true }) },
    refuse: (code, message) => { end({ kind: 'refused', code, message }) },
    lineDown: (reason) => { end({ kind: 'ambiguous', reason }) },
  }
}
