import { Socket } from 'node:net'
import { type BrokerPosition, formatDecimal } from '@sluice/core'
import { type BrokerHarness, testBrokerAdapter } from '@sluice/testkit'
import { afterAll, beforeAll, describe, vi } from 'vitest'
import { fixBroker, memoryFixStore } from '../src/index.ts'
import { type FixAcceptor, startFixAcceptor } from '../src/testing/index.ts'
import { readable } from './support/wire.ts'

/** ClOrdIDs of orders that were handed to a socket. */
const written = new Set<string>()

beforeAll(() => {
  const write = Socket.prototype.write
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function spy(this: Socket, ...data: unknown[]) {
    const id = /\|35=D\|.*\|11=([^|]+)\|/.exec(readable(data[0] as Uint8Array))?.[1]
    if (id !== undefined) written.add(id)
    return Reflect.apply(write, this, data) as boolean
  })
})
afterAll(() => { vi.restoreAllMocks() })

/** FIX order routing has no positions: another source knows them, here the broker's own book. */
function positionsOf({ orders }: FixAcceptor): readonly BrokerPosition[] {
  const sum = orders.reduce((total, { side, filled }) => (side === '1' ? total + filled : total - filled), 0n)
  return sum === 0n ? [] : [{ symbol: 'AAPL', quantity: formatDecimal(sum), averagePrice: '100' }]
}

/** ExecID 17, which the adapter puts behind the trading day. */
const numberOf = (executionId: string): string => executionId.split('/')[1] ?? ''

describe.each(['4.2', '4.4', '5.0SP2'] as const)('FIX %s over the in-process acceptor', (version) => {
  testBrokerAdapter({
    create: async ({ clock }): Promise<BrokerHarness> => {
      const acceptor = await startFixAcceptor({ version, clock, unknownSymbols: ['NOPE'] })
      const store = memoryFixStore()
      const open = () => fixBroker({
        environment: 'paper', version, senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }],
        positions: () => Promise.resolve(positionsOf(acceptor)), massStatus: true, massCancel: true,
        // 4.2 has no words of its own for a trailing stop.
        capabilities: { notional: true, ...(version !== '4.2' && { orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'] as const }) },
        store, answerTimeout: 200, reconnectDelay: 20, session: { logoutTimeout: 100 },
      })
      return {
        adapter: open(),
        reopen: () => Promise.resolve(open()),
        realTime: true,
        market: {
          trade: ({ clientOrderId }, quantity) => { acceptor.trade(clientOrderId, quantity) }, marketable: () => ({ type: 'market' }),
          refused: () => ({ symbol: 'NOPE' }),
          bust: ({ executionId }) => { acceptor.bust(numberOf(executionId)) },
          correct: ({ executionId, lastQuantity }, price) => { acceptor.correct(numberOf(executionId), lastQuantity, price) },
          external: () => Promise.resolve(acceptor.placeByHand('THEIRS', 'AAPL')),
        },
        fault: { lateAnswer: () => { acceptor.fault.delayAnswer(500) }, failQueries: (failing) => { acceptor.fault.ignoreQueries(failing) }, loseAnswer: () => { acceptor.fault.loseAnswer() }, loseRequest: () => { acceptor.fault.loseRequest() }, disconnect: () => { acceptor.fault.disconnect() } },
        written: (clientOrderId) => written.has(clientOrderId),
        close: () => acceptor.close(),
      }
    },
  })
})
