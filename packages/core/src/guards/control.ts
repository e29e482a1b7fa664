import type { Json } from '../order/event.ts'

/**
 * Which change of an option makes a guard stricter: a `lower` or `higher` number, `fewer` or `more` names in a list, `set` where
 * being true does; `label`: its words limit nothing. `restart`: memory depends on it, so that it changes with a restart only. `symbols`: options of the same
 * names for single symbols. Anything else, and an option nobody declared, counts as loosening.
 */
export type Tightens = 'lower' | 'higher' | 'fewer' | 'more' | 'set' | 'label' | 'restart' | 'symbols'

/** What a guard stands for: the control it implements, in the words of those who ask for it. Documentation is generated from it. */
export interface Control {
  /** One sentence: what does not happen while the guard is on. */
  readonly prevents: string
  /** The articles that ask for it, for example `RTS 6 15(1)(b)`. */
  readonly sources: readonly string[]
  /** Every code it denies or challenges with, and what a person should make of it. */
  readonly codes: Readonly<Record<string, string>>
  /** `pass`: an order that provably only takes risk away is not held to the limit. `held`: it is. */
  readonly reducing: 'pass' | 'held'
  /** By option; an option that is absent here counts as loosening, whatever is done to it. */
  readonly tightens: Readonly<Record<string, Tightens>>
  /** What an absent option means: a value, another option's name after `=`, or nothing where absent is no limit. */
  readonly defaults?: Readonly<Record<string, Json>>
}

/** How much of one limit is used. Numbers are decimal strings. */
export interface LimitUse {
  /** The option that sets the limit, for example `quantity`; `buyingPower` is the broker's. */
  readonly limit: string
  /** Where each broker of the account has a limit of its own. */
  readonly broker?: string
  readonly symbol?: string
  readonly strategy?: string
  readonly side?: 'buy' | 'sell'
  readonly maximum: string
  readonly used: string
}
