/** One option of a guard, as its interface documents it. */
export interface OptionRow {
  readonly name: string
  readonly required: boolean
  readonly type: string
  readonly meaning: string
}

const FIELD = /\/\*\*([\s\S]*?)\*\/\s*readonly (\w+)(\??): ([^\n]+)/g

function fieldsOf(body: string): OptionRow[] {
  return [...body.matchAll(FIELD)].map(([, comment = '', name = '', optional, type = '']) => ({
    name, required: optional === '', type: type.trim(), meaning: comment.replaceAll(/\s*\n\s*\*\s?/g, ' ').trim(),
  }))
}

/** The body of an interface of the source, and what it extends. */
function interfaceOf(source: string, name: string): { readonly body: string; readonly parent: string | undefined } | undefined {
  const start = new RegExp(`interface ${name}(?: extends (\\w+))? \\{\\n`).exec(source)
  if (start === null) return undefined
  const from = start.index + start[0].length
  return { body: source.slice(from, source.indexOf('\n}', from) + 1), parent: start[1] }
}

/** The options of a guard, from the interface in its source: each has one comment with meaning, unit and default. */
export function optionRows(source: string, name: string): OptionRow[] {
  const found = interfaceOf(source, name)
  if (found === undefined) return []
  return [...(found.parent === undefined ? [] : optionRows(source, found.parent)), ...fieldsOf(found.body)]
}
