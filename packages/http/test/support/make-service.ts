import {
  type ApprovalProvider, createExecutionService, type ExecutionService, type ExecutionServiceOptions, type Guard, highValueApproval, memoryJournal, simulatedBroker,
  type SimulatedBroker,
} from '@sluice/core'

export interface TestService {
  readonly service: ExecutionService
  /** What reached the broker of account `main`. */
  readonly broker: SimulatedBroker
}

export const RIGHT_CODE = 'zqcanary-code'

/** Takes one code, any number of times. */
const approvals = (): ApprovalProvider => {
  let step = 0
  return { name: 'fixed', verify: ({ code }) => (code === RIGHT_CODE ? { valid: true, counter: 'fixed', step: (step += 1) } : { valid: false }) }
}

const still = { latency: [0, 0], volatility: 0, prices: { AAPL: '187.50', MSFT: '400.00' } } as const

/** The real service over two simulated brokers whose prices stand still: accounts `main` and `other`. `patience` is for tests that keep the event loop busy for seconds, or ask for what is not there. */
export async function makeService(guards: readonly Guard[] = [], patience: Pick<ExecutionServiceOptions, 'submitWithin' | 'quoteMaximumAge' | 'prepareTimeout'> = {}): Promise<TestService> {
  const broker = simulatedBroker({ ...still, seed: 'main' })
  const service = await createExecutionService({
    brokers: { main: broker, other: simulatedBroker({ ...still, seed: 'other' }) },
    brokerAccounts: { main: 'main', other: 'other' },
    route: ({ account }) => account,
    accounts: ['main', 'other'],
    journal: memoryJournal(),
    ...patience,
    guards: [...guards, highValueApproval({ above: '10000', approvals: approvals() })],
  })
  return { service, broker }
}
