import { verify } from 'otplib'

const PERIOD = 30

/**
 * The step a six-digit code belongs to, when it is the running one or the one before it; undefined for anything else. What the
 * library makes of a wrong code is an object, truthy all the same; on a malformed code or secret it throws.
 */
export async function checkCode(secret: string, code: string, time: number): Promise<number | undefined> {
  if (typeof code !== 'string' || !/^\d{6}$/.test(code)) return undefined
  try {
    // The tolerance is in seconds, past and future: no code of a step that has not begun.
    const result = await verify({ secret, token: code, strategy: 'totp', epoch: Math.floor(time / 1000), period: PERIOD, epochTolerance: [PERIOD, 0] })
    return result.valid ? Math.floor(time / 1000 / PERIOD) + result.delta : undefined
  } catch {
    return undefined
  }
}
