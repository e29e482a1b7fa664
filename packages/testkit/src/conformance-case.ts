import { describe, test } from 'vitest'

/** One thing that must hold of every implementation of a contract. Cases are data: run one by hand with `run`. */
export interface ConformanceCase<Context> {
  /** Stable, for `skip` and for talking about it, for example `J07`. */
  readonly id: string
  /** What must hold. */
  readonly name: string
  /** Rejects when it does not hold. */
  run(context: Context): Promise<void>
}

/** A case that an implementation declares not to pass, and why. It is shown as skipped, with the reason in its name. */
export interface DeclaredSkip {
  /** The case's id, for example `B07`. */
  readonly case: string
  /** For whoever reads the report: what the broker or the store cannot do. */
  readonly reason: string
}

/** Thrown by a case that does not apply to what is tested: the capability is not declared, or the harness offers no way. */
export class NotApplicable extends Error {
  override readonly name = 'NotApplicable'
}

/** Ends a case as not applicable. */
export function notApplicable(reason: string): never {
  throw new NotApplicable(reason)
}

function assertSkips(cases: readonly ConformanceCase<never>[], skips: readonly DeclaredSkip[]): void {
  const known = new Set(cases.map(({ id }) => id))
  for (const { case: id, reason } of skips) {
    if (!known.has(id)) throw new RangeError(`skip: there is no case ${id}`)
    if (reason.trim() === '') throw new RangeError(`skip: case ${id} needs a reason`)
  }
}

/** Registers the cases as one vitest suite. `run` makes what a case needs, runs it and cleans up. */
export function registerCases<Context>(
  title: string, cases: readonly ConformanceCase<Context>[], skips: readonly DeclaredSkip[], run: (item: ConformanceCase<Context>) => Promise<void>,
): void {
  assertSkips(cases, skips)
  const reasons = new Map(skips.map(({ case: id, reason }) => [id, reason]))
  describe(title, () => {
    for (const item of cases) {
      const reason = reasons.get(item.id)
      if (reason !== undefined) {
        test.skip(`${item.id} ${item.name} (skipped: ${reason})`, () => undefined)
        continue
      }
      test(`${item.id} ${item.name}`, async ({ skip }) => {
        try {
          await run(item)
        } catch (error) {
          if (error instanceof NotApplicable) skip(error.message)
          throw error
        }
      })
    }
  })
}
