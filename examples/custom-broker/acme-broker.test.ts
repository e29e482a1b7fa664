// The adapter against the conformance suite: the same numbered cases that every adapter of Sluice passes.
import { testBrokerAdapter } from '@sluice/testkit'
import { acmeBroker } from './acme-broker.ts'
import { startAcmeVenue } from './acme-venue.ts'

testBrokerAdapter({
  create: async ({ clock }) => {
    const venue = await startAcmeVenue()
    const written = new Set<string>()
    const fetch: typeof globalThis.fetch = (input, init) => {
      const name = typeof input === 'string' ? input.split('/orders/')[1] : undefined
      if (init?.method === 'PUT' && name !== undefined) written.add(name)
      return globalThis.fetch(input, init)
    }
    return {
      adapter: acmeBroker({ url: venue.url, clock, fetch }),
      realTime: true,
      market: { trade: ({ clientOrderId }, quantity) => { venue.fill(clientOrderId, quantity) }, marketable: () => ({ type: 'market' }) },
      fault: {
        loseAnswer: () => { venue.lose('answer') }, loseRequest: () => { venue.lose('request') }, disconnect: () => { venue.cut() }, failQueries: (failing) => { venue.silence(failing) },
      },
      written: (clientOrderId) => written.has(clientOrderId),
      close: () => venue.close(),
    }
  },
  skip: [],
})
