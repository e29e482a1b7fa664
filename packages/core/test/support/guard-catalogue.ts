import { armingGuard } from '../../src/guards/arming.ts'
import { authorisation } from '../../src/guards/authorisation.ts'
import { automatedExecution } from '../../src/guards/automated-execution.ts'
import { buyingPower } from '../../src/guards/buying-power.ts'
import { clockSanityGuard } from '../../src/guards/clock-sanity.ts'
import { concentration } from '../../src/guards/concentration.ts'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { dailyNotional } from '../../src/guards/daily-notional.ts'
import { drawdown } from '../../src/guards/drawdown.ts'
import { duplicateOrder } from '../../src/guards/duplicate-order.ts'
import { environmentGuard } from '../../src/guards/environment.ts'
import { grossExposure } from '../../src/guards/gross-exposure.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { instrumentList } from '../../src/guards/instrument-list.ts'
import { killSwitchGuard } from '../../src/guards/kill-switch.ts'
import { maxOpenOrders } from '../../src/guards/max-open-orders.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import { orderQuantity } from '../../src/guards/order-quantity.ts'
import { orderValue } from '../../src/guards/order-value.ts'
import { priceCollar } from '../../src/guards/price-collar.ts'
import { reconciledGuard } from '../../src/guards/reconciled.ts'
import { rejectRate } from '../../src/guards/reject-rate.ts'
import { selfMatch } from '../../src/guards/self-match.ts'
import { sessionHours } from '../../src/guards/session-hours.ts'
import { shortSelling } from '../../src/guards/short-selling.ts'
import { staleDataGuard } from '../../src/guards/stale-data.ts'
import { valueWindow } from '../../src/guards/value-window.ts'
import { wellFormedGuard } from '../../src/guards/well-formed.ts'

/** A guard of the set: how it is made in code, and one made with wide limits. */
export interface CatalogueEntry {
  /** undefined: always on, not configured. */
  readonly factory: string | undefined
  readonly guard: Guard
}

const approvals = { name: 'none', verify: () => ({ valid: false }) as const }
const always = (guard: unknown): CatalogueEntry => ({ factory: undefined, guard: guard as Guard })
const set = (factory: string, guard: unknown): CatalogueEntry => ({ factory, guard: guard as Guard })

/** Every guard there is. Documentation, control map and the fail-closed matrix are made from it; a test compares it with the room. */
export const GUARDS: readonly CatalogueEntry[] = [
  always(killSwitchGuard), always(environmentGuard), always(armingGuard), always(wellFormedGuard), always(reconciledGuard), always(clockSanityGuard), always(staleDataGuard),
  set('instrumentList', instrumentList({ allowed: ['AAPL', 'MSFT'] })),
  set('authorisation', authorisation({ grants: [{ actor: 'local' }] })),
  set('sessionHours', sessionHours()),
  set('priceCollar', priceCollar({ percent: '100' })),
  set('orderQuantity', orderQuantity({ quantity: '1000000' })),
  set('orderValue', orderValue({ reject: '100000000' })),
  set('duplicateOrder', duplicateOrder({ window: 0.001 })),
  set('selfMatch', selfMatch()),
  set('maxPosition', maxPosition({ quantity: '1000000' })),
  set('shortSelling', shortSelling({ located: { AAPL: '1000' } })),
  set('grossExposure', grossExposure({ gross: '100000000' })),
  set('concentration', concentration({ percent: '1000', leverage: '100' })),
  set('buyingPower', buyingPower()),
  set('dailyNotional', dailyNotional({ value: '100000000000' })),
  set('valueWindow', valueWindow({ value: '100000000000' })),
  set('messageRate', messageRate({ perSecond: 1_000_000 })),
  set('maxOpenOrders', maxOpenOrders({ orders: 1000 })),
  set('automatedExecution', automatedExecution({ executions: 1_000_000_000 })),
  set('rejectRate', rejectRate({ consecutive: 5 })),
  set('dailyLoss', dailyLoss({ loss: '1000000' })),
  set('drawdown', drawdown({ drawdown: '1000000' })),
  set('highValueApproval', highValueApproval({ above: '100000000000', approvals })),
]
