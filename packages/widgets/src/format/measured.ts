import type { Denial } from '@sluice/core'
import { t } from '../language/language.ts'
import { formatNumber, isDecimal } from './numbers.ts'

type Measured = Pick<Denial, 'limit' | 'observed'>

/** `1,912 of 5,000`; a guard may know only one of the two, or compare names: `live · paper`. */
export function measured({ limit, observed }: Measured): string {
  if (observed === undefined) return limit === undefined ? '' : t('limit {0}', formatNumber(limit))
  if (limit === undefined || limit === observed && !isDecimal(limit)) return formatNumber(observed)
  return isDecimal(limit) ? t('{0} of {1}', formatNumber(observed), formatNumber(limit)) : `${observed} · ${limit}`
}
