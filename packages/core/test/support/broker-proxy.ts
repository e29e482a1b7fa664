import type { ApprovedOrder, ApprovedReplacement } from '../../src/broker/approved-order.ts'
import type { AdapterContext, BrokerAdapter, BrokerUpdate } from '../../src/broker/broker-adapter.ts'

type Call = 'connect' | 'submit' | 'cancel' | 'replace' | 'lookup' | 'snapshot'

export interface ProxyHooks {
  /** Stands between the service and one of the broker's methods. */
  readonly around?: <Answer>(call: Call, ask: () => Promise<Answer>, subject: string) => Promise<Answer>
  /** Stands between the broker and the service; not calling `pass` loses the update. */
  readonly update?: (update: BrokerUpdate, pass: (update: BrokerUpdate) => Promise<void>) => Promise<void>
  /** Sees each answer of a permit, in the tick of the write. */
  readonly permit?: (kind: 'submit' | 'replace', order: ApprovedOrder | ApprovedReplacement, given: boolean) => void
}

/** A broker adapter with observers and faults in front of another one. */
export function proxyBroker(inner: BrokerAdapter, { around = (_call, ask) => ask(), update, permit }: ProxyHooks): BrokerAdapter {
  const watched = <Order extends ApprovedOrder | ApprovedReplacement>(kind: 'submit' | 'replace', order: Order): Order => ({
    ...order,
    permit: () => {
      const given = order.permit()
      permit?.(kind, order, given)
      return given
    },
  })
  return {
    ...inner,
    connect: (context: AdapterContext) => around('connect', () => inner.connect({
      ...context,
      deliver: (said) => (update === undefined ? context.deliver(said) : update(said, context.deliver)),
    }), ''),
    submit: (order) => around('submit', () => inner.submit(watched('submit', order)), order.clientOrderId),
    replace: (order) => around('replace', () => inner.replace(watched('replace', order)), order.clientOrderId),
    cancel: (command) => around('cancel', () => inner.cancel(command), command.originalClientOrderId),
    lookup: (clientOrderId) => around('lookup', () => inner.lookup(clientOrderId), clientOrderId),
    snapshot: (since) => around('snapshot', () => inner.snapshot(since), ''),
  }
}
