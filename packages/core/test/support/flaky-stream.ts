import type { AdapterContext, BrokerAdapter, BrokerUpdate } from '../../src/broker/broker-adapter.ts'

/** A broker whose stream of updates the test cuts and mends; requests and answers pass all the while. */
export interface FlakyStream {
  readonly wrap: (inner: BrokerAdapter) => BrokerAdapter
  /** From now on updates are lost. */
  cut(): Promise<void>
  mend(): Promise<void>
}

export function flakyStream(): FlakyStream {
  let context: AdapterContext | undefined
  let isCut = false
  const say = async (update: BrokerUpdate): Promise<void> => context?.deliver(update)
  return {
    wrap: (inner) => ({
      ...inner,
      connect: (given) => {
        context = given
        return inner.connect({ ...given, deliver: (update) => (isCut ? Promise.resolve() : given.deliver(update)) })
      },
    }),
    cut: () => { isCut = true; return say({ kind: 'connection', state: 'gap', reason: 'socket lost' }) },
    mend: () => { isCut = false; return say({ kind: 'connection', state: 'ready' }) },
  }
}
