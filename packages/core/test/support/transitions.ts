import type { BrokerUpdate } from '../../src/broker/broker-adapter.ts'
import type { ApprovedOrder } from '../../src/broker/approved-order.ts'
import { SluiceError } from '../../src/runtime/errors.ts'
import { type Desk, openDesk, watched } from './open-service.ts'
import { executionOf } from './scripted-broker.ts'

/** An order of ten in a state, and what the broker knows it by. */
interface Placed {
  readonly desk: Desk
  readonly orderId: string
  readonly sent: ApprovedOrder
}

type Prepare = (desk: Desk) => Promise<unknown>

const fill = (sent: ApprovedOrder, executionId: string, quantity: string): BrokerUpdate => ({ kind: 'fill', execution: executionOf(sent, executionId, quantity) })
const named = ({ clientOrderId }: ApprovedOrder) => ({ clientOrderId, brokerOrderId: `at-${clientOrderId}` })

const ignore = (promise: Promise<unknown>): void => { promise.catch(() => undefined) }

async function working(desk: Desk): Promise<Placed> {
  const { order, sent } = await desk.working()
  return { desk, orderId: order.id, sent }
}

async function told(desk: Desk, ...updates: ((sent: ApprovedOrder) => BrokerUpdate)[]): Promise<void> {
  const { sent } = await working(desk)
  for (const update of updates) await desk.broker.deliver(update(sent))
}

/** How an order comes into each state that the broker can know it in. */
const STATES: Readonly<Record<string, Prepare>> = {
  'pending_new': (desk) => desk.place(),
  'unknown (new)': async (desk) => { await desk.place(); desk.lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' }) },
  'new': (desk) => working(desk),
  'partially_filled': (desk) => told(desk, (sent) => fill(sent, 'before', '3')),
  'pending_cancel': async (desk) => { const { orderId } = await working(desk); ignore(desk.service.cancelOrder(orderId)) },
  'pending_replace': async (desk) => { const { orderId } = await working(desk); ignore(desk.service.replaceOrder(orderId, { quantity: '20' })) },
  'unknown (replace)': async (desk) => {
    const { orderId } = await working(desk)
    ignore(desk.service.replaceOrder(orderId, { quantity: '20' }))
    await desk.settle()
    desk.broker.replaces[0]?.answer({ kind: 'ambiguous', reason: 'reset' })
  },
  'suspended': (desk) => told(desk, (sent) => ({ kind: 'suspended', ...named(sent) })),
  'done_for_day': (desk) => told(desk, (sent) => ({ kind: 'done_for_day', ...named(sent) })),
  'filled': (desk) => told(desk, (sent) => fill(sent, 'before', '10')),
  'canceled': (desk) => told(desk, (sent) => ({ kind: 'canceled', ...named(sent) })),
  'expired': (desk) => told(desk, (sent) => ({ kind: 'expired', ...named(sent) })),
  'rejected': async (desk) => { await desk.place(); desk.lastSubmit().answer({ kind: 'refused', code: 'NO', message: 'no' }) },
  'denied (NOT_SENT)': async (desk) => { await desk.place(); desk.lastSubmit().answer({ kind: 'not_sent', reason: 'no line', retryable: true }) },
}

/** What a broker can say of an order. The fills are of 4, and of all that is left of ten. */
const WORDS: Readonly<Record<string, (placed: Placed, filled: number) => BrokerUpdate>> = {
  'accepted': ({ sent }) => ({ kind: 'accepted', ...named(sent) }),
  'rejected': ({ sent }) => ({ kind: 'rejected', ...named(sent), code: 'NO', message: 'no' }),
  'fill of 4': ({ sent }) => fill(sent, 'new', '4'),
  'fill of all': ({ sent }, filled) => fill(sent, 'new', String(filled >= 10 ? 10 : 10 - filled)),
  'canceled': ({ sent }) => ({ kind: 'canceled', ...named(sent) }),
  'expired': ({ sent }) => ({ kind: 'expired', ...named(sent) }),
  'suspended': ({ sent }) => ({ kind: 'suspended', ...named(sent) }),
  'done_for_day': ({ sent }) => ({ kind: 'done_for_day', ...named(sent) }),
  'resumed': ({ sent }) => ({ kind: 'resumed', ...named(sent) }),
  'cancel refused': ({ sent }) => ({ kind: 'cancel_refused', ...named(sent), code: 'LATE', message: 'late' }),
  'replace refused': ({ sent }) => ({ kind: 'replace_refused', ...named(sent), code: 'LATE', message: 'late' }),
  'replaced': ({ sent, desk }) => {
    const { clientOrderId } = desk.broker.replaces[0]?.command ?? { clientOrderId: 'theirs' }
    return { kind: 'replaced', clientOrderId, brokerOrderId: `at-${clientOrderId}`, originalClientOrderId: sent.clientOrderId, changes: { quantity: '20' } }
  },
  'busted': () => ({ kind: 'busted', executionId: 'before' }),
  'corrected': ({ sent }) => ({ kind: 'corrected', executionId: 'before', execution: executionOf(sent, 'before', '2') }),
}

/** What we can ask of an order. */
const COMMANDS: Readonly<Record<string, (placed: Placed) => Promise<unknown>>> = {
  'we cancel': ({ desk, orderId }) => desk.service.cancelOrder(orderId),
  'we replace': ({ desk, orderId }) => desk.service.replaceOrder(orderId, { quantity: '20' }),
}

/** Words about an execution that the order does not have are words about nothing. */
const needsExecution = (word: string): boolean => word === 'busted' || word === 'corrected'

async function act(word: string, placed: Placed, filled: number): Promise<string | undefined> {
  const command = COMMANDS[word]
  if (command !== undefined) {
    const outcome = watched(command(placed))
    await placed.desk.settle()
    return SluiceError.isInstance(outcome.error) ? outcome.error.code : undefined
  }
  const update = WORDS[word]?.(placed, filled)
  if (update === undefined) throw new Error(`there is no word ${word}`)
  ignore(placed.desk.broker.deliver(update))
  await placed.desk.settle()
  return undefined
}

/** Brings an order into a state, says a word, and tells what became of it: its status, `–` for nothing, `!` for an anomaly, the code of a refusal. */
export async function transition(state: string, word: string): Promise<string> {
  const desk = await openDesk()
  // The broker has no record of its own: every change is the word's.
  await STATES[state]?.(desk)
  await desk.settle()
  const sent = desk.lastSubmit().command
  const orderId = sent.orderId
  const before = await desk.statusOf(orderId)
  const shown = state.replace(/ \(.*/, '')
  if (before.status !== shown) throw new Error(`the order is ${before.status}, not ${shown}`)
  const past = desk.events.length
  if (needsExecution(word) && before.filledQuantity === '0') return ''
  const refusal = await act(word, { desk, orderId, sent }, Number(before.filledQuantity))
  if (refusal !== undefined) return refusal
  const events = desk.events.slice(past).filter((event) => event.account === 'main')
  const after = await desk.statusOf(orderId)
  const alarm = events.some(({ type }) => type === 'anomaly_detected') ? ' !' : ''
  const nothing = events.length === 0 && after.status === before.status
  return nothing ? '–' : `${after.status}${alarm}`
}

/** Every row and column of the table. */
export const ROWS: readonly string[] = Object.keys(STATES)
export const COLUMNS: readonly string[] = [...Object.keys(WORDS), ...Object.keys(COMMANDS)]
