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

describe.each(['4.2', '4.4', '5.0SP2'] as const)('FIX %s over the in-process acceptor', (version) => {
  testBrokerAdapter({
    create: async ({ clock }): Promise<BrokerHarness> => {
      const acceptor = await startFixAcceptor({ version, clock })
      const adapter = fixBroker({
        environment: 'paper', version, senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }],
        positions: () => Promise.resolve(positionsOf(acceptor)), massStatus: true, massCancel: true, store: memoryFixStore(), answerTimeout: 200, reconnectDelay: 20, session: { logoutTimeout: 100 },
      })
      return {
        adapter,
        realTime: true,
        market: { trade: ({ clientOrderId }, quantity) => { acceptor.trade(clientOrderId, quantity) }, marketable: () => ({ type: 'market' }) },
        fault: { loseAnswer: () => { acceptor.fault.loseAnswer() }, loseRequest: () => { acceptor.fault.loseRequest() }, disconnect: () => { acceptor.fault.disconnect() } },
        written: (clientOrderId) => written.has(clientOrderId),
        close: () => acceptor.close(),
      }
    },
  })
})
