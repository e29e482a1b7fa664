import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'
import { invalidOption, namesOption } from './option.ts'

export interface InstrumentListOptions {
  /** Symbols that may be traded. Default: any. */
  readonly allowed?: readonly string[]
  /** Symbols that may not, whatever `allowed` says. Default: none. */
  readonly restricted?: readonly string[]
  /** Which list this is, for those who ask later. Default `list`. */
  readonly version?: string
}

const control: Control = {
  prevents: 'New risk in a symbol that the desk may not trade',
  sources: ['SEC 15c3-5 (c)(2)', 'RTS 6 15(5)', 'FIA tradable instruments'],
  codes: {
    INSTRUMENT_RESTRICTED: 'The symbol is on the restricted list. Only orders that reduce a position pass.',
    INSTRUMENT_NOT_ALLOWED: 'The symbol is not on the list of what may be traded. Only orders that reduce a position pass.',
  },
  reducing: 'pass',
  tightens: { allowed: 'fewer', restricted: 'more', version: 'label' },
}

/** Allow-list and restricted list. What is held in such a symbol may still be closed. */
export function instrumentList(options: InstrumentListOptions): Guard<InstrumentListOptions, undefined, undefined> {
  const allowed = namesOption('instrumentList', 'allowed', options.allowed)
  const restricted = namesOption('instrumentList', 'restricted', options.restricted)
  if (allowed === undefined && restricted === undefined) throw invalidOption('instrumentList', 'allowed or restricted', 'must be given')
  const limit = options.version ?? 'list'
  return defineGuard({
    name: 'instrument-list',
    options,
    control,
    withOptions: instrumentList,
    check: (order, { view }): Decision => {
      const { symbol } = order
      const isRestricted = restricted?.has(symbol) === true
      if (!isRestricted && (allowed === undefined || allowed.has(symbol))) return allow
      if (view.reducing(order)) return { verdict: 'allow', limit, observed: symbol }
      if (isRestricted) return reject('INSTRUMENT_RESTRICTED', `${symbol} is restricted; only reducing orders pass`, { limit, observed: symbol })
      return reject('INSTRUMENT_NOT_ALLOWED', `${symbol} is not among the symbols that may be traded`, { limit, observed: symbol })
    },
  })
}
