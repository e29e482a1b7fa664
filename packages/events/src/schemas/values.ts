import type { Json } from '@sluice/core'
import { z } from 'zod'
import { describes } from './describes.ts'

export const text: z.ZodString = z.string()
export const count: z.ZodInt = z.int().min(0)

/** A canonical decimal, which may be negative. */
export const decimal: z.ZodType<string> = describes<string>('Decimal')(
  z.string().regex(/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/).describe('An exact number as text: "187.5". Never a JSON number'),
)

export const time: z.ZodType<string> = describes<string>('Time')(z.iso.datetime({ offset: true }).describe('ISO 8601, UTC'))

/** Anything that survives JSON. */
export const json: z.ZodType<Json> = z.unknown() as unknown as z.ZodType<Json>
