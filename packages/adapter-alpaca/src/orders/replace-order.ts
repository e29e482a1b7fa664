import type { ApprovedReplacement, Clock, SubmitOutcome } from '@sluice/core'
import type { WireOrder } from '../rest/wire.ts'
import { checkReplace } from './check-order.ts'
import { ambiguous, type Connection, notSent } from './connection.ts'
import { toPatchOrder } from './map-order.ts'

/** Pauses between looks at an order whose change is under way; the stream mostly answers before. */
const LOOKS = [50, 250, 500, 1000] as const

type Verdict = Exclude<SubmitOutcome, { kind: 'duplicate' | 'not_sent' }>

/** Whether the successor is in force yet. */
function verdictOf(successor: WireOrder): Verdict | undefined {
  switch (successor.status) {
    case 'pending_new':
    case 'accepted':
    case 'pending_replace': return undefined
    case 'rejected': return { kind: 'refused', code: 'REPLACE_REJECTED', message: 'the order changed or ended before the new terms took effect' }
    default: return { kind: 'accepted', brokerOrderId: successor.id }
  }
}

function pause(clock: Clock, delay: number, memory: Connection['memory'], orderId: string): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => { timer.cancel(); stop(); resolve() }
    const timer = clock.setTimer(done, delay, true)
    const stop = memory.onChange(({ id }) => { if (id === orderId) done() })
  })
}

/** An answered change is only a promise: it counts when the new order works, and not when it was rejected. */
async function untilInForce({ context: { clock }, memory, rest, settings }: Connection, successor: WireOrder): Promise<Verdict> {
  const deadline = clock.monotonic() + settings.replaceTimeout
  let current = memory.learn(successor)
  for (let look = 0; ; look += 1) {
    const verdict = verdictOf(current)
    if (verdict !== undefined) return verdict
    const left = deadline - clock.monotonic()
    if (left <= 0) return ambiguous('the new terms are neither in force nor refused')
    await pause(clock, Math.min(left, LOOKS[Math.min(look, LOOKS.length - 1)] ?? left), memory, successor.id)
    current = memory.byId(successor.id) ?? current
    if (verdictOf(current) !== undefined) continue
    const answer = await rest.orderById(successor.id)
    if (answer.kind === 'answer') current = memory.learn(answer.value)
  }
}

/** Changes are known to have taken effect behind an error: only the new id, asked for by name, tells. */
async function afterFailure(connection: Connection, clientOrderId: string, failed: Verdict): Promise<Verdict> {
  const { context: { clock }, rest, memory } = connection
  for (const delay of [0, ...LOOKS]) {
    if (delay > 0) await pause(clock, delay, memory, clientOrderId)
    const answer = await rest.orderByClientId(clientOrderId)
    if (answer.kind === 'answer') return untilInForce(connection, answer.value)
    // A clear refusal is asked about once; an unclear failure until it is clear.
    if (answer.kind === 'refused' && answer.status === 404 && failed.kind === 'refused') return failed
  }
  return failed
}

/** Changes a live order. `accepted` means that the new terms are in force. */
export async function replaceOrder(connection: Connection, replacement: ApprovedReplacement): Promise<SubmitOutcome> {
  const { brokerOrderId, changes, clientOrderId, permit, terms } = replacement
  const { isReady, memory, rest } = connection
  const problem = checkReplace(clientOrderId, terms, changes, memory.byId(brokerOrderId)?.filled_qty ?? '0')
  if (problem !== undefined) return notSent(problem, false)
  const result = await rest.patchOrder(brokerOrderId, toPatchOrder(clientOrderId, changes), () => permit() && isReady())
  switch (result.kind) {
    case 'answer': return result.value.client_order_id === clientOrderId ? untilInForce(connection, result.value) : afterFailure(connection, clientOrderId, ambiguous('Alpaca answered with another order'))
    case 'not_sent': return result
    case 'duplicate': return afterFailure(connection, clientOrderId, ambiguous('Alpaca has seen this change before'))
    case 'refused': return afterFailure(connection, clientOrderId, { kind: 'refused', code: result.code, message: result.message })
    case 'ambiguous': return afterFailure(connection, clientOrderId, result)
  }
}
