import type { OrderFilter } from '@sluice/core'
import { z } from 'zod'
import { accountParameter } from '../openapi/answers.ts'

type Name = z.ZodOptional<z.ZodString>

const name: Name = z.string().min(1).max(64).optional()

/** Parameters that choose orders besides their account. */
export const filterShape: { readonly account: z.ZodType<string | undefined>; readonly strategy: Name; readonly symbol: Name; readonly broker: Name } = {
  account: accountParameter,
  strategy: name.describe('One strategy'),
  symbol: name.describe('One symbol'),
  broker: name.describe('One broker, by its key'),
}

/** The filter without its account, which is a matter of access. */
export function filterOf({ strategy, symbol, broker }: Readonly<Partial<Record<'strategy' | 'symbol' | 'broker', string | undefined>>>): OrderFilter {
  return {
    ...(strategy !== undefined && { strategy }),
    ...(symbol !== undefined && { symbol }),
    ...(broker !== undefined && { broker }),
  }
}
