const names = new Map<string, Map<string, string>>()
const MOST_NAMES = 4096

/** The name of an input, such as `mark:AAPL`. Kept: a text that is put together anew costs as much as what it names. */
export function inputName(kind: string, of: string): string {
  let known = names.get(kind)
  if (known === undefined || known.size > MOST_NAMES) names.set(kind, known = new Map())
  let name = known.get(of)
  if (name === undefined) known.set(of, name = `${kind}:${of}`)
  return name
}
