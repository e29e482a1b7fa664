import type { Json } from '../order/event.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'

/**
 * A value as the journal will give it back.
 * @throws SluiceError CONFIGURATION_INVALID when it is no JSON
 */
export function plainJson(what: string, value: unknown): Json {
  try {
    return JSON.parse(JSON.stringify(value ?? null)) as Json
  } catch (cause) {
    throw new SluiceError('CONFIGURATION_INVALID', `${what} must be plain JSON, for they are journaled: ${describeError(cause)}`, { cause })
  }
}
