import { hash } from 'node:crypto'
import { chainText } from '@sluice/core'
import { Client } from 'pg'
import type { Exchange } from '../support/exchange.ts'

interface Row {
  readonly account: string
  readonly sequence: string
  readonly epoch: string
  readonly time: string
  readonly type: string
  readonly data: string
  readonly hash: string
}

const UNSENT = new Set(['denied', 'withdrawn'])

/** Compares what the exchange has with what the journal says and with what the callers were told. Every line is a violation. */
export async function judge(connectionString: string, schema: string, exchange: Exchange, acknowledged: ReadonlyMap<string, string>): Promise<readonly string[]> {
  const client = new Client({ connectionString })
  await client.connect()
  const { rows } = await client.query<Row>(`SELECT account, sequence, epoch, time, type, data, hash FROM ${schema}.events ORDER BY account, sequence`)
  await client.end()
  const violations: string[] = []
  const sent = new Map<string, number>()
  for (const { clientOrderId } of exchange.arrivals) sent.set(clientOrderId, (sent.get(clientOrderId) ?? 0) + 1)
  for (const id of exchange.doubled()) violations.push(`doubled: ${id} arrived ${sent.get(id)} times`)

  let before: Row | undefined
  const journaled = new Map<string, { status: string; clientOrderId: string | undefined }>()
  const executions = new Map<string, number>()
  for (const row of rows) {
    const { account, sequence, epoch, type } = row
    const place = `${account}:${sequence}`
    const previous = before?.account === account ? before : undefined
    if (Number(sequence) !== Number(previous?.sequence ?? 0) + 1) violations.push(`disorder: ${place} follows ${previous?.sequence ?? 'nothing'}`)
    if (Number(epoch) < Number(previous?.epoch ?? 0)) violations.push(`stale epoch: ${place} was written under ${epoch} after ${previous?.epoch ?? ''}`)
    const link = hash('sha256', chainText(previous?.hash ?? '0'.repeat(64), { account, sequence: Number(sequence), epoch: Number(epoch), time: row.time, type, data: row.data }))
    if (link !== row.hash) violations.push(`chain: ${place}`)
    before = row
    if (account.startsWith('*')) continue
    const data = JSON.parse(row.data) as { orderId?: string; clientOrderId?: string; execution?: { executionId: string }; code?: string; message?: string; denial?: { code: string } }
    if (type === 'anomaly_detected') violations.push(`anomaly: ${place} ${data.code} ${data.message}`)
    if (data.execution !== undefined && (type === 'order_filled' || type === 'order_partially_filled')) executions.set(data.execution.executionId, (executions.get(data.execution.executionId) ?? 0) + 1)
    if (data.orderId === undefined) continue
    const order = journaled.get(data.orderId) ?? { status: '', clientOrderId: undefined }
    order.clientOrderId = data.clientOrderId ?? order.clientOrderId
    if (type === 'order_denied') order.status = 'denied'
    else if (type === 'order_unknown') order.status = 'unknown'
    else if (type.startsWith('order_')) order.status = type
    journaled.set(data.orderId, order)
  }

  const known = new Map([...journaled.values()].map(({ clientOrderId, status }) => [clientOrderId ?? '', status]))
  for (const id of sent.keys()) {
    const status = known.get(id)
    if (status === undefined) violations.push(`lost: ${id} is at the exchange and not in the journal`)
    else if (UNSENT.has(status) || status === 'unknown') violations.push(`lost: ${id} is at the exchange, and the journal says ${status}`)
  }
  for (const [key, id] of acknowledged) if (!sent.has(id)) violations.push(`lost: ${key} was acknowledged as ${id}, and is not at the exchange`)
  const accounts = new Set(exchange.arrivals.map(({ account }) => account))
  for (const account of accounts) {
    for (const { executionId } of exchange.executions(account)) {
      if (executions.get(executionId) !== 1) violations.push(`execution ${executionId} is recorded ${executions.get(executionId) ?? 0} times`)
    }
  }
  return violations
}
