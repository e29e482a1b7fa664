import type { CancelCommand, CommandOutcome } from '@sluice/core'
import type { RestFailure } from '../rest/classify-error.ts'
import { ambiguous, type Connection } from './connection.ts'
import { isFinishedStatus } from './map-broker-order.ts'

type Refusal = Extract<RestFailure, { kind: 'refused' }>

function outcomeOf(failure: RestFailure): CommandOutcome {
  switch (failure.kind) {
    case 'refused': return { kind: 'refused', code: failure.code, message: failure.message }
    case 'duplicate': return ambiguous('Alpaca answered a cancel as if it were an order')
    case 'not_sent':
    case 'ambiguous': return failure
  }
}

/** What a refusal means shows the order itself: it ended, it is ending already, or it went on under another id. */
async function afterRefusal(connection: Connection, brokerOrderId: string, refusal: Refusal): Promise<CommandOutcome> {
  const { chain, memory, rest } = connection
  const answer = await rest.orderById(brokerOrderId)
  if (answer.kind === 'refused') return outcomeOf(refusal)
  if (answer.kind !== 'answer') return outcomeOf(answer)
  const order = memory.learn(answer.value)
  if (order.status === 'pending_cancel') return { kind: 'accepted' }
  if (order.status === 'replaced') {
    const latest = await chain.latest(order)
    if (latest.kind !== 'answer') return outcomeOf(latest)
    if (latest.value.id !== brokerOrderId && !isFinishedStatus(latest.value.status)) return cancelById(connection, latest.value.id)
    return outcomeOf(refusal)
  }
  // Between two states of its own it takes no cancel; a moment later it will.
  return isFinishedStatus(order.status) ? outcomeOf(refusal) : ambiguous(`Alpaca does not cancel an order that is ${order.status}: ${refusal.message}`)
}

async function cancelById(connection: Connection, brokerOrderId: string): Promise<CommandOutcome> {
  const result = await connection.rest.deleteOrder(brokerOrderId)
  switch (result.kind) {
    case 'answer': return { kind: 'accepted' }
    case 'refused': return result.status === 422 || result.status === 500 ? afterRefusal(connection, brokerOrderId, result) : outcomeOf(result)
    case 'duplicate':
    case 'not_sent':
    case 'ambiguous': return outcomeOf(result)
  }
}

/** Asks Alpaca to cancel. It cancels by its own id alone: without one, the order is looked up first. */
export async function cancelOrder(connection: Connection, command: CancelCommand): Promise<CommandOutcome> {
  if (command.brokerOrderId !== undefined) return cancelById(connection, command.brokerOrderId)
  const answer = await connection.rest.orderByClientId(command.originalClientOrderId)
  // It may only not be visible yet: the cancel stays wanted.
  if (answer.kind === 'refused' && answer.status === 404) return ambiguous('Alpaca does not show the order yet')
  if (answer.kind !== 'answer') return outcomeOf(answer)
  connection.memory.learn(answer.value)
  return cancelById(connection, answer.value.id)
}
