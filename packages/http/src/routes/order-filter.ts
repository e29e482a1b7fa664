import type { OrderFilter } from '@sluice/core'
import { z } from 'zod'
import { accountParameter } from '../openapi/answers.ts'

type Name = z.ZodOptional<z.ZodString>

const name: Name = z.string().min(1).max(64).optional()

/** Parameters that choose orders besides their account. */
export const filterShape: { readonly account: z.ZodType<string | undefined>; readonly strategy: Name; readonly symbol: Name; readonly broker: Name
  readonly source: z.ZodOptional<z.ZodEnum<{ own: 'own'; external: 'external' }>> } = {
  account: accountParameter,
  strategy: name.describe('One strategy'),
  symbol: name.describe('One symbol'),
  broker: name.describe('One broker, by its key'),
  source: z.enum(['own', 'external']).optional().describe('Placed through this service, or elsewhere on the same broker account. Default: both; a cancel of many takes only own orders'),
}

/** The filter without its account, which is a matter of access. */
export function filterOf({ strategy, symbol, broker, source }: Readonly<Partial<Record<'strategy' | 'symbol' | 'broker', string | undefined>>> & { readonly source?: OrderFilter['source'] | undefined }): OrderFilter {
  return {
    ...(strategy !== undefined && { strategy }),
    ...(symbol !== undefined && { symbol }),
    ...(broker !== undefined && { broker }),
    ...(source !== undefined && { source }),
  }
}
