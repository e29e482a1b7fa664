import type { Control } from './control.ts'
import { allow, defineGuard, type Guard, reject } from './guard.ts'
import { invalidOption, namesOption } from './option.ts'

/** What one actor may place. A list that is left out allows any. */
export interface TradingGrant {
  /** As `placeOrder` is told, or as the HTTP package's principal. */
  readonly actor: string
  readonly accounts?: readonly string[]
  readonly strategies?: readonly string[]
  readonly symbols?: readonly string[]
}

export interface AuthorisationOptions {
  /** Who may place orders, and where. Whoever is not named may not. */
  readonly grants: readonly TradingGrant[]
  /** Every order must name its strategy, so that it can be stopped alone. Default false. */
  readonly requireStrategy?: boolean
}

const control: Control = {
  prevents: 'Orders by someone who may not place them, and orders that nobody can attribute',
  sources: ['SEC 15c3-5 (c)(2)(iii)', 'RTS 6 12', 'RTS 6 15(5)', 'RTS 6 18'],
  codes: {
    ACTOR_NOT_AUTHORISED: 'The actor may not place this order. Ask for a grant.',
    STRATEGY_MISSING: 'Orders must name the strategy behind them. Fill in `strategy`.',
  },
  reducing: 'held',
  tightens: { grants: 'fewer', requireStrategy: 'set' },
  defaults: { requireStrategy: false },
}

interface Grant { readonly accounts: ReadonlySet<string> | undefined; readonly strategies: ReadonlySet<string> | undefined; readonly symbols: ReadonlySet<string> | undefined }

const covers = (names: ReadonlySet<string> | undefined, name: string | undefined): boolean => names === undefined || (name !== undefined && names.has(name))

/** Who may place what. Cancelling and stopping are other rights, and this guard never sees them. */
export function authorisation(options: AuthorisationOptions): Guard<AuthorisationOptions, undefined, undefined> {
  if (!Array.isArray(options.grants)) throw invalidOption('authorisation', 'grants', 'must be a list')
  const grants = new Map<string, Grant[]>()
  options.grants.forEach(({ actor, accounts, strategies, symbols }: TradingGrant, index) => {
    if (typeof actor !== 'string' || actor === '') throw invalidOption('authorisation', `grants.${index}.actor`, 'must be a name')
    const read = (name: string, list: readonly string[] | undefined): ReadonlySet<string> | undefined => namesOption('authorisation', `grants.${index}.${name}`, list)
    const grant = { accounts: read('accounts', accounts), strategies: read('strategies', strategies), symbols: read('symbols', symbols) }
    grants.set(actor, [...(grants.get(actor) ?? []), grant])
  })
  return defineGuard({
    name: 'authorisation',
    options,
    control,
    withOptions: authorisation,
    check: ({ actor, account, strategy, symbol, purpose }) => {
      // The kill switch closes positions on behalf of whoever engaged it; it asks nobody.
      if (purpose === 'flatten') return allow
      if (options.requireStrategy === true && strategy === undefined) return reject('STRATEGY_MISSING', 'the order names no strategy', { limit: 'required', observed: 'none' })
      const granted = grants.get(actor)?.some((grant) => covers(grant.accounts, account) && covers(grant.strategies, strategy) && covers(grant.symbols, symbol)) === true
      return granted ? { verdict: 'allow', observed: actor } : reject('ACTOR_NOT_AUTHORISED', `${actor} may not place this order`, { limit: `${account} ${strategy ?? '-'} ${symbol}`, observed: actor })
    },
  })
}
