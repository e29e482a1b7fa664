import type { Preflight } from '@sluice/core'
import { compareDecimals } from '../format/compare-decimals.ts'

/** What must be typed before an order of this size is sent: its symbol. Undefined below the soft limit. */
export function phraseFor({ estimatedValue, terms, verdict }: Preflight, softLimit: string | undefined): string | undefined {
  if (softLimit === undefined || verdict === 'reject') return undefined
  // What it may be worth is not known: that is no reason to be less careful.
  return estimatedValue === undefined || compareDecimals(estimatedValue, softLimit) >= 0 ? terms.symbol : undefined
}
