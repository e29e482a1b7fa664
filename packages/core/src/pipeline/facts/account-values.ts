import type { AccountValues } from '../../broker/broker-adapter.ts'
import { fromIso } from '../../runtime/clock.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'

/** When values that came unasked were true: as the broker stamps them, never later than now, and long ago when it does not. */
export function saidAt(values: AccountValues, now: number): number {
  const stamped = fromIso(values.time)
  return Number.isFinite(stamped) ? Math.min(stamped, now) : 0
}

const asking = new WeakMap<BrokerLink, Promise<void>>()

/** Fresh enough to decide on in half their permitted age: the other half is for the way to the decision. */
export function accountIsFresh(context: PipelineContext, link: BrokerLink): boolean {
  const { accountValues } = link
  return accountValues !== undefined && context.clock.monotonic() - accountValues.arrived <= context.timing.accountMaximumAge / 2
}

async function ask(context: PipelineContext, link: BrokerLink): Promise<void> {
  const askedAt = context.clock.now()
  const { account } = await link.adapter.snapshot()
  if (account.status === 'present') link.accountValues = { values: account.value, askedAt, arrived: context.clock.monotonic() }
}

/** Asks a broker what the account is worth; one question at a time, whoever needs the answer. */
export function refreshAccount(context: PipelineContext, link: BrokerLink): Promise<void> {
  const running = asking.get(link) ?? ask(context, link).finally(() => { asking.delete(link) })
  asking.set(link, running)
  return running
}
