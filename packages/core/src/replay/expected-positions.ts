import type { Execution, StoredEvent } from '../order/event.ts'
import { type Difference, reportFor } from './difference.ts'

/** Which positions a history owes. */
export interface ExpectedPositions {
  /** Takes in the next event of the account; reports what should have come before it. */
  next(event: StoredEvent): void
  /** Reports what should have come before the end. */
  end(): void
}

function tradeOf(event: StoredEvent): Execution | undefined {
  switch (event.type) {
    case 'order_partially_filled':
    case 'order_filled':
    case 'execution_busted':
    case 'execution_corrected': return event.data.execution
    default: return undefined
  }
}

/** What trades make of a position is told in the append of the trades: nothing else comes in between. */
export function expectPositions(take: (difference: Difference) => void): ExpectedPositions {
  const owed = new Map<string, readonly [trade: StoredEvent, execution: Execution]>()

  const settle = (): void => {
    for (const [trade, { broker, symbol }] of owed.values()) reportFor(trade, take)('position', `a trade of ${symbol} at ${broker} is not followed by what it made of the position`, null, { broker, symbol })
    owed.clear()
  }

  return {
    next: (event) => {
      const execution = tradeOf(event)
      if (execution !== undefined) {
        // Of nothing when it only says that an order by money is complete.
        if (execution.lastQuantity !== '0') owed.set(`${execution.broker}\n${execution.symbol}`, [event, execution])
      } else if (event.type === 'position_changed') owed.delete(`${event.data.broker}\n${event.data.symbol}`)
      else if (owed.size > 0) settle()
    },
    end: settle,
  }
}
