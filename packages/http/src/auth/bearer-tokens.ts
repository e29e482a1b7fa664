import { SluiceError } from '@sluice/core'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Principal } from '../access/principal.ts'
import { type Authenticator, bearerOf } from './authenticator.ts'
import { equalBytes } from './constant-time.ts'

/** A token as it is kept: its hash, so that what is stored opens nothing. */
export interface TokenEntry {
  /** SHA-256 of the token, in hex: what `hashToken` gives. */
  readonly sha256: string
  readonly principal: Principal
}

const HASH = /^[0-9a-f]{64}$/

/**
 * What to keep of a token. Tokens must be random, at least 128 bits: a hash without salt hides no password.
 * @throws SluiceError CONFIGURATION_INVALID when it is empty: a setting that was forgotten
 */
export function hashToken(token: string): string {
  if (token === '') throw new SluiceError('CONFIGURATION_INVALID', 'hashToken: the token is empty')
  return bytesToHex(sha256(utf8ToBytes(token)))
}

/**
 * `Authorization: Bearer TOKEN` against a list of hashes. Every entry is compared to its last byte, whoever asks.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function bearerTokens(entries: readonly TokenEntry[]): Authenticator {
  const known = entries.map(({ sha256: hash, principal }) => {
    if (!HASH.test(hash)) throw new SluiceError('CONFIGURATION_INVALID', `bearerTokens: the sha256 of ${principal.id} must be 64 hex digits, as hashToken gives them`)
    return { hash: hexToBytes(hash), principal: { via: 'bearer', ...principal } }
  })
  return (request) => {
    const asked = sha256(utf8ToBytes(bearerOf(request) ?? ''))
    let found: Principal | null = null
    for (const { hash, principal } of known) if (equalBytes(hash, asked)) found = principal
    return bearerOf(request) === undefined ? null : found
  }
}
