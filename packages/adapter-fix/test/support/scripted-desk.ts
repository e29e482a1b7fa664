import type { BrokerUpdate } from '@sluice/core'
import { createVirtualClock, makeContext, type VirtualClock } from '@sluice/core/testing'
import { expect } from 'vitest'
import type { FixVersion } from '../../src/codec/dictionary/dictionary.ts'
import type { FieldList } from '../../src/codec/encoder.ts'
import { readMessage } from '../../src/codec/scanner.ts'
import { validate } from '../../src/codec/validate.ts'
import { createOrderDesk, type OrderDesk } from '../../src/orders/order-desk.ts'
import { dictionaryOf } from './scripted-session.ts'
import { wire } from './wire.ts'

/** A desk without a line, and a broker that says exactly what the test says. */
export interface Desk {
  readonly desk: OrderDesk
  readonly clock: VirtualClock
  readonly updates: BrokerUpdate[]
  readonly sent: { readonly type: string; readonly fields: FieldList }[]
  /** A report: ExecType of 4.4, OrdStatus, cumulative quantity, and what is special. */
  report(kind: string, status: string, cumulative: number, more?: Readonly<Record<number, string | number>>): Promise<void>
  message(type: string, body: string): Promise<void>
  /** Whatever the call says comes over the drop copy session. */
  asCopy(say: () => Promise<void>): Promise<void>
  kinds(): string
}

/** The one order of a scenario: OrderID 37. */
export const brokerId = 'B1'

export function openDesk(version: FixVersion, { isSlow = false }: { readonly isSlow?: boolean } = {}): Desk {
  const clock = createVirtualClock()
  const updates: BrokerUpdate[] = []
  const sent: { readonly type: string; readonly fields: FieldList }[] = []
  const dictionary = dictionaryOf(version)
  let executions = 0
  let isCopy = false
  const desk = createOrderDesk({
    dictionary, answerTimeout: 1000, massStatus: version !== '4.2', refuseUnknownTrades: true, settings: { version, account: undefined, orderFields: () => [], trailingFields: undefined },
    context: makeContext({ clock, deliver: (update) => { updates.push(update); return Promise.resolve() } }),
    connection: {
      isUp: true, isSlow, hasGap: false, open: () => Promise.resolve(), close: () => Promise.resolve(),
      send: (type, fields, delivery) => {
        if (delivery?.permit?.() === false) { delivery.unsent?.('the permit was refused'); return }
        sent.push({ type, fields })
        delivery?.written?.(sent.length + 1)
      },
    },
  })
  const message = (type: string, body: string): Promise<void> => {
    const view = readMessage(wire(`8=${dictionary.beginString}|35=${type}|49=B|56=D|34=2|52=20260105-14:30:00|${body}`), dictionary)!
    expect(validate(view)).toBeUndefined()
    return isCopy ? desk.receiveCopy(version, view) : desk.receive(view)
  }
  return {
    desk, clock, updates, sent, message,
    asCopy: async (say) => {
      isCopy = true
      try { await say() } finally { isCopy = false }
    },
    report: (kind, status, cumulative, more = {}) => {
      executions += 1
      const isOld = version === '4.2'
      const { 38: quantity = 10, ...rest } = more
      const fields: Record<number, string | number> = {
        37: brokerId, 11: 'C1', 17: `E${executions}`, ...(isOld && { 20: kind === 'H' ? 1 : kind === 'G' ? 2 : kind === 'I' ? 3 : 0 }),
        150: isOld && 'FGHI'.includes(kind) ? ('12'.includes(status) || kind !== 'F' ? status : '1') : kind, 39: isOld && kind === '5' ? '5' : status, 55: 'AAPL', 54: '1', 38: quantity,
        151: '28C4'.includes(status) ? 0 : Number(quantity) - cumulative, 14: cumulative, 6: cumulative > 0 ? 100 : 0, 60: '20260105-14:30:00', ...rest,
      }
      return message('8', Object.entries(fields).map(([tag, value]) => `${tag}=${value}|`).join(''))
    },
    kinds: () => updates.map((update) => (update.kind === 'connection' ? update.state : update.kind)).join(' '),
  }
}

export const fill = (quantity: number, price: number = 100): Readonly<Record<number, string | number>> => ({ 32: quantity, 31: price })
