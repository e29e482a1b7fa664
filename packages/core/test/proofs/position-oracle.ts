/** What one order may still do, in whole units. */
interface Known {
  readonly side: 'buy' | 'sell'
  quantity: number
  filled: number
  /** The quantity of an amend whose answer is outstanding. */
  asked: number | undefined
}

/**
 * An account as a patient clerk would keep it: a position, a list of what is out, and the worst that could become of it, counted
 * anew each time. Whole numbers, no code of the ledger.
 */
export interface Oracle {
  readonly position: number
  order(id: string): Readonly<Known> | undefined
  sent(id: string, side: 'buy' | 'sell', quantity: number): void
  asked(id: string, quantity: number): void
  answered(id: string, accepted: boolean): void
  filled(id: string, quantity: number): void
  ended(id: string): void
  /** Whether the position could pass the limit on either side, whatever fills first. */
  breached(): boolean
}

export function createOracle(limit: number): Oracle {
  const out = new Map<string, Known>()
  let position = 0
  const change = (id: string, act: (order: Known) => void): void => {
    const order = out.get(id)
    if (order === undefined) throw new Error(`the clerk knows no order ${id}`)
    act(order)
    // Nothing left to trade, and nothing asked that could change it.
    if (order.filled >= Math.max(order.quantity, order.asked ?? 0)) out.delete(id)
  }
  return {
    get position() { return position },
    order: (id) => out.get(id),
    sent: (id, side, quantity) => { out.set(id, { side, quantity, filled: 0, asked: undefined }) },
    asked: (id, quantity) => { change(id, (order) => { order.asked = quantity }) },
    answered: (id, accepted) => {
      change(id, (order) => {
        if (accepted && order.asked !== undefined) order.quantity = order.asked
        order.asked = undefined
      })
    },
    filled: (id, quantity) => {
      change(id, (order) => {
        order.filled += quantity
        position += order.side === 'buy' ? quantity : -quantity
      })
    },
    ended: (id) => { out.delete(id) },
    breached: () => {
      let buys = 0
      let sells = 0
      for (const { side, quantity, filled, asked } of out.values()) {
        const left = Math.max(quantity, asked ?? 0) - filled
        if (side === 'buy') buys += left
        else sells += left
      }
      return position + buys > limit || sells - position > limit
    },
  }
}
