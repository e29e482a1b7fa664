import type { Connection, Submittable } from 'pg'

type Value = string | number | null
export type CommandValue = Value | readonly Value[]

/** What `pg` keeps on a connection and its types leave out. */
interface PreparedOn {
  /** Filled when the server has said that it knows the statement, by its name. */
  readonly parsedStatements: Readonly<Record<string, string | undefined>>
}

const escaped = (text: string): string => text.replaceAll(/["\\]/g, String.raw`\$&`)
const element = (value: Value): string => (value === null ? 'NULL' : typeof value === 'string' ? `"${escaped(value)}"` : String(value))
const encode = (value: CommandValue): string | null => {
  if (typeof value === 'string' || value === null) return value
  return typeof value === 'number' ? String(value) : `{${value.map(element).join(',')}}`
}

/**
 * A prepared statement of which only the number of rows matters. Unlike a query of `pg` it does not ask for a description of rows that
 * nobody reads: one message less each way, and nothing is made for a result.
 */
export class CommandQuery implements Submittable {
  /** `pg` keeps what was prepared by these two. */
  readonly name: string
  readonly text: string
  readonly #values: readonly CommandValue[]
  readonly #done: (error: unknown, count: number) => void
  #count = 0

  constructor(name: string, text: string, values: readonly CommandValue[], done: (error: unknown, count: number) => void) {
    this.name = name
    this.text = text
    this.#values = values
    this.#done = done
  }

  submit(connection: Connection): void {
    const { name, text } = this
    const { parsedStatements } = connection as Connection & PreparedOn
    connection.stream.cork()
    if (parsedStatements[name] === undefined) connection.parse({ name, text, types: [] }, true)
    connection.bind({ statement: name, values: this.#values.map(encode) }, true)
    connection.execute({}, true)
    connection.sync()
    connection.stream.uncork()
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    this.#count = Number(text.slice(text.lastIndexOf(' ') + 1))
  }

  handleError(error: unknown): void { this.#done(error, 0) }
  handleReadyForQuery(): void { this.#done(undefined, this.#count) }
  handleDataRow(): void {}
}
