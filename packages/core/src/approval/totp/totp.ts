import { verify } from 'otplib'
import type { ApprovalProvider } from '../approval-provider.ts'

export interface TotpOptions {
  /** The base 32 secret of a person, at least 16 bytes; undefined when that person may not approve. */
  readonly secretOf: (actor: string) => string | undefined | Promise<string | undefined>
}

const PERIOD = 30

/**
 * Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 seconds). The code of the running step and of the one before it are
 * right, each once. Whatever the library makes of a malformed code or secret, the answer here is only right or wrong.
 */
export function totp(options: TotpOptions): ApprovalProvider {
  return {
    name: 'totp',
    verify: async ({ actor, code, time }) => {
      if (typeof code !== 'string' || !/^\d{6}$/.test(code)) return { valid: false }
      try {
        const secret = await options.secretOf(actor)
        if (secret === undefined) return { valid: false }
        // The result is an object, truthy also when the code is wrong; and the library throws on what it cannot read.
        const result = await verify({ secret, token: code, strategy: 'totp', epoch: Math.floor(time / 1000), period: PERIOD, epochTolerance: [PERIOD, 0] })
        if (!result.valid) return { valid: false }
        return { valid: true, counter: `totp:${actor}`, step: Math.floor(time / 1000 / PERIOD) + result.delta }
      } catch {
        return { valid: false }
      }
    },
  }
}
