import type { ApprovalProvider } from '../approval-provider.ts'
import { checkCode } from './check-code.ts'

export interface TotpOptions {
  /** The base 32 secret of a person, at least 16 bytes; undefined when that person may not approve. */
  readonly secretOf: (actor: string) => string | undefined | Promise<string | undefined>
}

/** Checked where a person has no secret, so that whoever tries names cannot tell them apart by time. */
const NOBODY = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

/**
 * Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds). The code of the running step and of the one before it are
 * right, each once. Whatever the library makes of a malformed code or secret, the answer here is only right or wrong.
 */
export function totp(options: TotpOptions): ApprovalProvider {
  return {
    name: 'totp',
    verify: async ({ actor, code, time }) => {
      try {
        const secret = await options.secretOf(actor)
        const known = typeof secret === 'string'
        const step = await checkCode(known ? secret : NOBODY, code, time)
        return !known || step === undefined ? { valid: false } : { valid: true, counter: `totp:${actor}`, step }
      } catch {
        return { valid: false }
      }
    },
  }
}
