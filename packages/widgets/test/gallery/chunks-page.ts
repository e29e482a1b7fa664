import '../../src/define.ts'
import { createExecutionClient } from '@sluice/http/client'
import { createFakeServer } from '../fake-server.ts'

const server = createFakeServer()
server.placed({ symbol: 'MSFT' })
server.placed({ symbol: 'AAPL' })
const provider = document.createElement('sluice-provider')
provider.client = createExecutionClient({ baseUrl: '/api/v1/execution', fetch: server.fetch, heartbeat: 60_000, retry: false })
const modal = document.createElement('sluice-trade-confirmation-modal')
modal.armingDelay = 0
provider.append(document.createElement('sluice-order-execution-status'), document.createElement('sluice-kill-switch'), modal)
document.body.append(provider)

Object.assign(globalThis, {
  sent: (path: string): number => server.requests.filter((request) => request.method !== 'GET' && request.path === path).length,
  confirmOrder: async (): Promise<string | undefined> => {
    try {
      return (await modal.confirm({ symbol: 'NVDA', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' }))?.status
    } catch (error) {
      return (error as DOMException).name
    }
  },
})
