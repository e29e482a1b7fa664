import type { CancelAllOutcome } from '@sluice/core'
import { ambiguous, type Connection } from './connection.ts'

/** Every open order by one request; Alpaca answers for each. What it refused shows in the next listing. */
export async function cancelAll({ rest }: Connection): Promise<CancelAllOutcome> {
  const result = await rest.deleteOrders()
  switch (result.kind) {
    case 'answer': return {
      kind: 'answered',
      answers: result.value.map(({ id, status }) => ({
        brokerOrderId: id,
        outcome: status < 300 ? { kind: 'accepted' as const } : { kind: 'refused' as const, code: String(status), message: `Alpaca answered ${status}` },
      })),
    }
    case 'refused': return { kind: 'refused', code: result.code, message: result.message }
    case 'duplicate': return ambiguous('Alpaca answered a cancel as if it were an order')
    case 'not_sent':
    case 'ambiguous': return result
  }
}
