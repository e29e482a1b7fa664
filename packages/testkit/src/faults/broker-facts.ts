import { type BrokerExecution, type BrokerOrder, type BrokerPosition, formatDecimal, ONE, parseBrokerDecimal, type Units } from '@sluice/core'

/** What the broker has changed its mind about: trades taken back, corrected, or found late. Every answer of it passes through here. */
export interface BrokerFacts {
  /** A trade the broker made by itself. */
  saw(execution: BrokerExecution): void
  /** The latest trade that still stands. */
  latest(): BrokerExecution | undefined
  bust(executionId: string): void
  /** Changes the numbers of a trade; answers it as it is now. */
  correct(executionId: string, changes: Pick<BrokerExecution, 'lastQuantity' | 'lastPrice'>): BrokerExecution
  /** A trade that the broker had not told. */
  add(execution: BrokerExecution): void
  /** While set, the order shows this status as long as it works. */
  setPhase(brokerOrderId: string, phase: 'suspended' | 'done_for_day' | undefined): void
  /** What it shows as cancelled, the broker calls rejected. */
  reject(brokerOrderId: string): void
  readonly order: (order: BrokerOrder) => BrokerOrder
  readonly executions: (executions: readonly BrokerExecution[]) => readonly BrokerExecution[]
  readonly positions: (positions: readonly BrokerPosition[]) => readonly BrokerPosition[]
}

const WORKING: ReadonlySet<BrokerOrder['status']> = new Set<BrokerOrder['status']>(['pending_new', 'new', 'partially_filled', 'pending_cancel', 'pending_replace'])

const units = (text: string): Units => parseBrokerDecimal(text)?.units ?? 0n
const signed = ({ side, lastQuantity }: BrokerExecution): Units => (side === 'buy' ? units(lastQuantity) : -units(lastQuantity))

export function createBrokerFacts(): BrokerFacts {
  const known = new Map<string, BrokerExecution>()
  const busted = new Set<string>()
  const corrected = new Map<string, BrokerExecution>()
  const added: BrokerExecution[] = []
  const phases = new Map<string, 'suspended' | 'done_for_day'>()
  const moved = new Map<string, Units>()

  const move = (symbol: string, by: Units): void => { moved.set(symbol, (moved.get(symbol) ?? 0n) + by) }
  const now = (execution: BrokerExecution): BrokerExecution => {
    const correction = corrected.get(execution.executionId)
    return correction === undefined ? execution : { ...execution, lastQuantity: correction.lastQuantity, lastPrice: correction.lastPrice }
  }
  const standing = (executions: readonly BrokerExecution[]): readonly BrokerExecution[] =>
    executions.filter(({ executionId }) => !busted.has(executionId)).map(now)
  const find = (executionId: string): BrokerExecution => {
    const execution = known.get(executionId)
    if (execution === undefined || busted.has(executionId)) throw new RangeError(`there is no standing execution ${executionId}`)
    return now(execution)
  }

  const rejected = new Set<string>()
  const order = (given: BrokerOrder): BrokerOrder => {
    const shown: BrokerOrder = given.status === 'canceled' && rejected.has(given.brokerOrderId) ? { ...given, status: 'rejected', rejection: { code: 'WITHDRAWN', message: 'the venue took it back' } } : given
    const late = added.filter(({ brokerOrderId }) => brokerOrderId === shown.brokerOrderId)
    const phase = WORKING.has(shown.status) ? phases.get(shown.brokerOrderId) : undefined
    const changed = (shown.executions ?? []).some(({ executionId }) => busted.has(executionId) || corrected.has(executionId))
    if (late.length === 0 && !changed) return phase === undefined ? shown : { ...shown, status: phase }
    const executions = standing([...shown.executions ?? [], ...late])
    const filled = executions.reduce((sum, { lastQuantity }) => sum + units(lastQuantity), 0n)
    const value = executions.reduce((sum, { lastQuantity, lastPrice }) => sum + units(lastQuantity) * units(lastPrice), 0n)
    const complete = shown.quantity !== undefined && filled >= units(shown.quantity)
    // What was taken back of a filled order is not traded again.
    const ended = shown.status === 'filled' ? 'canceled' : shown.status
    const status = complete ? 'filled' : WORKING.has(shown.status) && phase === undefined ? (filled > 0n ? 'partially_filled' : 'new') : phase ?? ended
    return { ...shown, executions, status, filledQuantity: formatDecimal(filled), averagePrice: filled > 0n ? formatDecimal(value / filled) : undefined }
  }

  return {
    order,
    reject: (brokerOrderId) => { rejected.add(brokerOrderId) },
    saw: (execution) => { known.set(execution.executionId, execution) },
    latest: () => {
      const last = [...known.values()].findLast(({ executionId }) => !busted.has(executionId))
      return last === undefined ? undefined : now(last)
    },
    bust: (executionId) => {
      const execution = find(executionId)
      busted.add(executionId)
      move(execution.symbol, -signed(execution))
    },
    correct: (executionId, changes) => {
      const before = find(executionId)
      const after = { ...before, ...changes }
      corrected.set(executionId, after)
      move(before.symbol, signed(after) - signed(before))
      return after
    },
    add: (execution) => {
      known.set(execution.executionId, execution)
      added.push(execution)
      move(execution.symbol, signed(execution))
    },
    setPhase: (brokerOrderId, phase) => {
      if (phase === undefined) phases.delete(brokerOrderId)
      else phases.set(brokerOrderId, phase)
    },
    // A correction may concern a trade before the cursor: it is told again.
    executions: (executions) => {
      const listed = new Set(executions.map(({ executionId }) => executionId))
      const again = [...corrected.keys(), ...added.map(({ executionId }) => executionId)].filter((id) => !listed.has(id))
      return standing([...executions, ...[...new Set(again)].flatMap((id) => known.get(id) ?? [])])
    },
    positions: (positions) => {
      const quantities = new Map(positions.map((position) => [position.symbol, position]))
      for (const [symbol, by] of moved) {
        if (by === 0n) continue
        const held = quantities.get(symbol)
        const quantity = (held === undefined ? 0n : units(held.quantity)) + by
        if (quantity === 0n) quantities.delete(symbol)
        else quantities.set(symbol, { symbol, averagePrice: held?.averagePrice ?? '0', quantity: formatDecimal(quantity) })
      }
      return [...quantities.values()]
    },
  }
}

/** One unit less, where more than one was traded; a hundredth more in the price. */
export function correctionOf({ lastQuantity, lastPrice }: BrokerExecution, less: boolean): Pick<BrokerExecution, 'lastQuantity' | 'lastPrice'> {
  const quantity = units(lastQuantity)
  return { lastQuantity: formatDecimal(less && quantity > ONE ? quantity - ONE : quantity), lastPrice: formatDecimal(units(lastPrice) + ONE / 100n) }
}

/** A late trade of a part of what an order left. */
export function lateFillOf(order: BrokerOrder, time: string): BrokerExecution | undefined {
  const leaves = units(order.quantity ?? '0') - units(order.filledQuantity)
  if (leaves <= 0n) return undefined
  const { brokerOrderId, clientOrderId, symbol, side } = order
  const price = order.limitPrice ?? order.averagePrice ?? order.stopPrice ?? '100'
  return { executionId: `late-${brokerOrderId}`, brokerOrderId, clientOrderId, symbol, side, lastQuantity: formatDecimal(leaves > ONE ? ONE : leaves), lastPrice: price, time }
}
