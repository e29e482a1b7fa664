import { z } from 'zod'
import { component, maybe } from '../registry.ts'

/** What we say: a canonical decimal, which may be negative. */
export const decimal: z.ZodType<string> = component('Decimal', z.string().regex(/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/)
  .describe('An exact number as text: "187.5". Never a JSON number.'))

export const time: z.ZodType<string> = component('Time', z.iso.datetime({ offset: true }).describe('ISO 8601, UTC'))

export const text: z.ZodType<string> = z.string()

/** Why a guard refused, or asked for a code. */
export const denial: z.ZodType<{ code: string; message: string; guard?: string; limit?: string; observed?: string; own?: string; retryAfter?: number }> = component('Denial', z.object({
  code: text.describe('Stable, for example POSITION_LIMIT_EXCEEDED'),
  message: text,
  guard: maybe(text),
  limit: maybe(text),
  observed: maybe(text),
  own: maybe(text.describe('What of `observed` is the order\'s own, where it is a sum')),
  retryAfter: maybe(z.number().describe('Rate guards: ms until another order may pass')),
}))
