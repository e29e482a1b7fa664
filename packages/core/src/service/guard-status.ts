import type { LimitUse } from '../guards/control.ts'
import type { Json } from '../order/event.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { viewOf } from '../pipeline/place/decide.ts'
import { InputMissing } from '../risk/input-missing.ts'

/** One limit of an account and how much of it is used. */
export interface AccountLimitUse extends LimitUse {
  readonly account: string
  /** 70 or 90 when that share of the limit is used, in percent. */
  readonly warning?: 70 | 90
}

/** A guard as it is in force. */
export interface GuardStatus {
  readonly name: string
  /** Its limits, as JSON. */
  readonly options: Json
  /** The version of the limits that brought these options. */
  readonly version: number
  /** What it prevents; absent for guards that do not say. */
  readonly prevents?: string
  readonly uses: readonly AccountLimitUse[]
  /** Why the use of an account cannot be told now, by account. */
  readonly missing?: Readonly<Record<string, string>>
}

const share = (used: string, maximum: string): number => Number(used) / Number(maximum)

function warningOf({ used, maximum }: LimitUse): 70 | 90 | undefined {
  // For people only: the guards themselves compare exact numbers.
  const part = share(used, maximum)
  return part >= 0.9 ? 90 : part >= 0.7 ? 70 : undefined
}

/** Every guard with its limits in force and how much of each is used, by account. */
export function guardStatuses(context: PipelineContext, account: string | undefined): readonly GuardStatus[] {
  const books = [...context.books.values()].filter((book) => account === undefined || book.account === account)
  return context.guards.map((guard, index) => {
    const uses: AccountLimitUse[] = []
    const missing: Record<string, string> = {}
    for (const book of books) {
      const brokers = brokersOf(context, book)
      const [broker] = brokers
      if (guard.usage === undefined || broker === undefined) continue
      try {
        const { view } = viewOf(context, book, broker)
        for (const use of guard.usage({ view, state: book.guardStates[index], brokers })) {
          const warning = warningOf(use)
          uses.push({ account: book.account, ...use, ...(warning !== undefined && { warning }) })
        }
      } catch (error) {
        missing[book.account] = error instanceof InputMissing ? error.input : 'GUARD_ERROR'
      }
    }
    return {
      name: guard.name, options: (guard.options ?? null) as Json, version: context.limits?.version ?? 0,
      ...(guard.control !== undefined && { prevents: guard.control.prevents }),
      uses, ...(Object.keys(missing).length > 0 && { missing }),
    }
  })
}

function brokersOf(context: PipelineContext, book: AccountBook): readonly string[] {
  return [...context.brokers.values()].filter(({ account }) => account === book.account).map(({ name }) => name)
}
