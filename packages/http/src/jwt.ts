import { SluiceError } from '@sluice/core'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyGetKey } from 'jose'
import type { Principal } from './access/principal.ts'
import { type Authenticator, bearerOf } from './auth/authenticator.ts'

export interface JwtBearerOptions {
  /** Where the issuer publishes its keys; or a function that finds them, such as `createLocalJWKSet` of jose makes. */
  readonly jwks: string | JWTVerifyGetKey
  /** Who must have issued a token. */
  readonly issuer: string
  /** Whom a token must be for: this endpoint. */
  readonly audience: string
  /** Signatures that count, for example `['ES256']`. Only those of key pairs. */
  readonly algorithms: readonly string[]
  /** Who a token speaks for; null for nobody. */
  readonly principalOf: (claims: JWTPayload) => Principal | null | Promise<Principal | null>
  /** How far clocks may differ, in seconds. Default 5. */
  readonly clockTolerance?: number
}

const KEY_PAIRS = /^(?:ES|RS|PS)(?:256|384|512)$|^EdDSA$|^Ed25519$/

/**
 * `Authorization: Bearer JWT`, checked by jose (an optional peer). A token that is not good is nobody's; keys that cannot be
 * fetched are a failure, which is answered with 503.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function jwtBearer({ jwks, issuer, audience, algorithms, principalOf, clockTolerance = 5 }: JwtBearerOptions): Authenticator {
  if (algorithms.length === 0 || !algorithms.every((name) => KEY_PAIRS.test(name))) throw new SluiceError('CONFIGURATION_INVALID', 'jwtBearer: algorithms must name signatures of key pairs, such as ES256')
  const keys = typeof jwks === 'string' ? createRemoteJWKSet(new URL(jwks)) : jwks
  return async (request) => {
    const token = bearerOf(request)
    if (token === undefined) return null
    let claims: JWTPayload
    try {
      claims = (await jwtVerify(token, keys, { issuer, audience, algorithms: [...algorithms], clockTolerance, requiredClaims: ['exp'] })).payload
    } catch (error) {
      if (error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError) || error.code === 'ERR_JOSE_GENERIC') throw error
      return null
    }
    const principal = await principalOf(claims)
    return principal === null ? null : { via: 'jwt', ...principal }
  }
}
