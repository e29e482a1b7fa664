/**
 * Checks the proof of a human: a TOTP code today, a passkey tomorrow. It only says whether the proof is right; that it is used
 * once, that attempts are counted and that it is bound to one order is the service's part.
 */
export interface ApprovalProvider {
  /** Shown to people and recorded, for example `totp`. */
  readonly name: string
  /** Checks a code. Never throws for a wrong or malformed one. */
  verify(attempt: ApprovalAttempt): Promise<ApprovalVerdict> | ApprovalVerdict
}

export interface ApprovalAttempt {
  /** Who approves. */
  readonly actor: string
  readonly code: string
  /** Wall time in ms since the epoch. */
  readonly time: number
}

export type ApprovalVerdict =
  /** `counter` and `step` make the proof single-use: the journal advances the counter to the step, once. */
  | { readonly valid: true; readonly counter: string; readonly step: number }
  | { readonly valid: false }
