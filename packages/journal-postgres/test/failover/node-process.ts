// One node of the cluster under test. The exchange is in the parent, at the other end of the message channel.
import { type BrokerUpdate, SluiceError, silentLogger } from '@sluice/core'
import { type ClusterNode, createClusterNode } from '../../src/index.ts'
import { type AdapterPorts, exchangeAdapter } from '../support/exchange.ts'
import type { FromNode, NodeSettings, ToNode } from './messages.ts'

const settings = JSON.parse(process.argv[2] as string) as NodeSettings
const waiting = new Map<number, (value: unknown) => void>()
const listeners = new Map<string, Set<(update: BrokerUpdate) => void>>()
let last = 0

const tell = (message: FromNode): void => { process.send?.(message, () => undefined) }
const ask = (method: 'submit' | 'cancel' | 'lookup' | 'snapshot', ...input: readonly unknown[]): Promise<never> => new Promise((resolve) => {
  last += 1
  waiting.set(last, resolve as (value: unknown) => void)
  tell({ kind: 'ask', id: last, method, input })
})
const line: AdapterPorts['line'] = {
  submit: (...input) => ask('submit', ...input),
  cancel: (...input) => ask('cancel', ...input),
  lookup: (...input) => ask('lookup', ...input),
  snapshot: (...input) => ask('snapshot', ...input),
}
/** Planted: recovery believes that the broker has nothing. */
const blind: AdapterPorts['line'] = { ...line, lookup: async () => ({ kind: 'not_found', asOf: Number.MAX_SAFE_INTEGER }) }

const joined: { node?: ClusterNode } = {}
// Before anything is asked: an answer that comes without a listener is lost.
process.on('message', (message: ToNode) => {
  switch (message.kind) {
    case 'answer':
      waiting.get(message.id)?.(message.value)
      waiting.delete(message.id)
      break
    case 'update':
      for (const listener of listeners.get(message.account) ?? []) listener(message.update)
      break
    case 'place':
      joined.node?.service.placeOrder(message.request).then(
        (order) => { tell({ kind: 'placed', id: message.id, placed: { status: order.status, clientOrderId: order.clientOrderId, ...(order.status === 'denied' && { code: order.denial.code }) } }) },
        (error: unknown) => { tell({ kind: 'placed', id: message.id, placed: { error: SluiceError.isInstance(error) ? error.code : String(error) } }) },
      )
      break
    case 'close':
      (joined.node?.close() ?? Promise.resolve()).then(() => { process.exit(0) }, () => { process.exit(1) })
  }
})

const { connectionString, schema, lease, name, accounts, plant, limit } = settings
const note = (text: string): void => { tell({ kind: 'log', text: `${name}: ${text}` }) }
const node = await createClusterNode({
  journal: { connectionString, schema, lease, name, connections: 6, statementTimeout: 500, reconnectFor: 8000 }, accounts, forwardTimeout: 3000,
  logger: { ...silentLogger, warn: (message, fields) => { note(`${message} ${JSON.stringify(fields)}`) }, info: (message) => { if (message.includes('moves')) tell({ kind: 'moved' }) } },
  service: (account, shared) => {
    return {
      broker: exchangeAdapter({
        line: plant === 'blind' ? blind : line, account,
        listen: (listener) => {
          const own = listeners.get(account) ?? new Set()
          listeners.set(account, own.add(listener))
          return () => { own.delete(listener) }
        },
      }),
      ...(limit !== undefined && { guards: [shared.limit(limit)] }),
      reconcileEvery: 0, submitTimeout: 2000, recoveryTimeout: 20_000,
    }
  },
})
joined.node = node

const seen = new Map<string, number>()
node.service.on('event', ({ account, sequence }) => {
  const before = seen.get(account)
  if (before !== undefined && sequence !== before + 1) tell({ kind: 'disorder', what: `${name} saw ${account}:${sequence} after ${before}` })
  seen.set(account, sequence)
})

process.on('disconnect', () => { process.exit(0) })
tell({ kind: 'ready' })
