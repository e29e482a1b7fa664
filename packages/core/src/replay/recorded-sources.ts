import type { BrokerCapabilities, ConnectionState, Instrument, MarketSession } from '../broker/broker-adapter.ts'
import { killEntryFor, type KillState } from '../kill-switch/kill-state.ts'
import { parseSigned } from '../order/decimal.ts'
import type { DecisionSettings, Json } from '../order/event.ts'
import type { Ledger } from '../risk/ledger.ts'
import type { BrokerFacts, RiskSources, StoredAccountValues } from '../risk/risk-sources.ts'
import type { SessionRoll } from '../risk/session-day.ts'
import { BETWEEN_READINGS, sessionAt } from './session-at.ts'

type Inputs = { readonly [name: string]: Json }

interface RecordedMark { readonly bid: string; readonly ask: string; readonly age: number }

/** What a decision did not read has no value: a guard that reads it now finds nothing, and the difference shows. */
const present = (value: Json | undefined): unknown => value ?? undefined

function accountValuesOf(inputs: Inputs, name: string): StoredAccountValues | undefined {
  const found = present(inputs[`account:${name}`]) as StoredAccountValues['values'] & { readonly askedAt: number; readonly age: number } | undefined
  if (found === undefined) return undefined
  const { askedAt, age, ...values } = found
  return { values, askedAt, arrived: -age }
}

/** The session that was due. Where nobody knows, what was missing then is missing now: later than any session. */
function dueSession(inputs: Inputs, roll: SessionRoll | undefined): { readonly dueSession?: string } {
  const isMissing = inputs['profit'] === null
  if (roll === undefined) return isMissing ? { dueSession: '~' } : {}
  // The service reads its clock for the view first, and then for the day.
  return { dueSession: sessionAt(Number(inputs['now']) + (isMissing ? BETWEEN_READINGS : 0), roll) }
}

/**
 * Where a replayed decision reads from: the ledger and the kill switch as the history made them, everything else as it was recorded
 * with the decision. Its monotonic clock stands at 0, so that an age is a negative arrival.
 */
export function recordedSources(
  history: { readonly account: string; readonly ledger: Ledger; readonly kill: KillState; readonly settings: DecisionSettings; readonly roll: SessionRoll | undefined }, inputs: Inputs, own: string,
): RiskSources {
  const { account, ledger, kill, settings, roll } = history
  const facts = new Map<string, BrokerFacts>()
  const instrumentInput = (name: string, symbol: string): string => (name === own ? `instrument:${symbol}` : `instrument:${name}:${symbol}`)

  const factsOf = (name: string): BrokerFacts => {
    const known = settings.brokers[name]
    return {
      name,
      capabilities: (known?.capabilities ?? {}) as unknown as BrokerCapabilities,
      environment: present(inputs[`environment:${name}`]) as 'paper' | 'live' | undefined,
      connection: (present(inputs[`connection:${name}`]) as ConnectionState | undefined) ?? 'closed',
      reconciled: inputs[`reconciled:${name}`] === true,
      accountValues: accountValuesOf(inputs, name),
      currency: name === own ? present(inputs['currency']) as string | undefined : undefined,
      hasMarketData: known?.marketData === true,
      hasReference: known?.reference === true,
      instrument: (symbol) => present(inputs[instrumentInput(name, symbol)]) as Instrument | undefined,
      session: (symbol) => present(inputs[`session:${symbol}`]) as MarketSession | undefined,
    }
  }

  return {
    account, ledger,
    marks: {
      update: () => false,
      get: (name, symbol) => {
        const mark = present(inputs[name === own ? `mark:${symbol}` : `mark:${name}:${symbol}`]) as RecordedMark | undefined
        return mark === undefined ? undefined : { bid: parseSigned(mark.bid), ask: parseSigned(mark.ask), arrived: -mark.age }
      },
    },
    killEntry: (order) => killEntryFor(kill, order),
    now: Number(inputs['now']), monotonic: 0,
    quoteMaximumAge: settings.quoteMaximumAge, accountMaximumAge: settings.accountMaximumAge, slippagePercent: BigInt(settings.slippagePercent),
    brokerNames: Object.keys(settings.brokers),
    ...dueSession(inputs, roll),
    clockJump: Number(inputs['clockJump'] ?? 0),
    armed: inputs['armed'] === true,
    broker: (name) => {
      const found = facts.get(name) ?? factsOf(name)
      facts.set(name, found)
      return found
    },
  }
}
