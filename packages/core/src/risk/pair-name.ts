/** Pairs are kept by their first and then by their second; beyond so many of either they begin anew. */
const MOST_KEPT = 4096

/**
 * Makes names of two parts, such as `mark:AAPL`, and keeps them: a text that is put together anew, and then looked up, costs as much as what it
 * names.
 */
export function pairNames(separator: string): (left: string, right: string) => string {
  const names = new Map<string, Map<string, string>>()
  return (left, right) => {
    let known = names.get(left)
    if (known === undefined || known.size > MOST_KEPT) {
      if (names.size > MOST_KEPT) names.clear()
      names.set(left, known = new Map())
    }
    let name = known.get(right)
    if (name === undefined) known.set(right, name = `${left}${separator}${right}`)
    return name
  }
}

/** The name of an input of a decision, such as `mark:AAPL`. */
export const inputName: (kind: string, of: string) => string = pairNames(':')

/** What is kept of a symbol at one broker is found by this. */
export const symbolKey: (broker: string, symbol: string) => string = pairNames('\n')
