/**
 * One name for a trade on every channel. The stream has an execution id, account activities have another and orders have none;
 * the order and its filled quantity after the trade are known to all three. A bust takes quantity back, and a correction may, so
 * that the same quantity can be reached twice: the count of them tells the two apart.
 */
export function executionIdOf(brokerOrderId: string, cumulativeQuantity: string, busts = 0): string {
  return busts === 0 ? `${brokerOrderId}:${cumulativeQuantity}` : `${brokerOrderId}:${cumulativeQuantity}:${busts}`
}
