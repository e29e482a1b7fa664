import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { proxyBroker } from '../support/broker-proxy.ts'

/** This process, counted in steps: before, during and after each write to the journal, before and after each call to the broker. */
export interface MortalProcess {
  readonly journal: (inner: Journal) => Journal
  readonly broker: (inner: BrokerAdapter) => BrokerAdapter
  readonly steps: number
}

const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve) })

/** Calls `die` at the given step, never at 0. `die` ends the process as SIGKILL does: it does not return. */
export function mortalProcess(diesAt: number, die: (place: string) => void): MortalProcess {
  let steps = 0
  const dies = (): boolean => {
    steps += 1
    return steps === diesAt
  }
  const step = (place: string): void => { if (dies()) die(place) }

  const write = async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    step(`before ${name}`)
    const written = work()
    if (dies()) {
      // The worker has it in its hands by now.
      written.catch(() => undefined)
      await turn()
      die(`during ${name}`)
    }
    const value = await written
    step(`after ${name}`)
    return value
  }

  return {
    journal: (inner) => ({
      ...inner,
      claim: (account) => write(`claim ${account}`, () => inner.claim(account)),
      append: (lease, batch) => write(`append ${batch.events.map(({ type }) => type).join(' ')}`, () => inner.append(lease, batch)),
      advance: (counter, to) => write(`advance ${counter}`, () => inner.advance(counter, to)),
      saveSnapshot: (lease, snapshot) => write('snapshot', () => inner.saveSnapshot(lease, snapshot)),
      saveCursor: (name, value) => write(`cursor ${name}`, () => inner.saveCursor(name, value)),
    }),
    broker: (inner) => proxyBroker(inner, {
      around: async (call, ask) => {
        step(`before ${call}`)
        const answer = await ask()
        step(`after ${call}`)
        return answer
      },
    }),
    get steps() { return steps },
  }
}
