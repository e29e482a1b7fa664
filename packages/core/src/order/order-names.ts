import type { StoredEvent } from './event.ts'

/** The name of an order by one of the client ids it was sent under; cancels and replaces have their own. */
export const clientName = (clientOrderId: string): string => `client\n${clientOrderId}`
/** The name of an order by a broker's id. */
export const brokerName = (broker: string, brokerOrderId: string): string => `broker\n${broker}\n${brokerOrderId}`
/** The name of an order by one of its executions, reversed ones included (PROTOCOL D1). */
export const executionName = (broker: string, executionId: string): string => `execution\n${broker}\n${executionId}`

/** The names that an event gives to the order it is about. */
export function namesIn({ data }: StoredEvent, broker: string): string[] {
  const names: string[] = []
  if ('clientOrderId' in data) names.push(clientName(data.clientOrderId))
  if ('brokerOrderId' in data) names.push(brokerName(broker, data.brokerOrderId))
  if ('execution' in data) names.push(executionName(broker, data.execution.executionId), brokerName(broker, data.execution.brokerOrderId))
  return names
}
