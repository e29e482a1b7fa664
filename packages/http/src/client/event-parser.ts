/** One server-sent event. */
export interface ServerSentEvent {
  readonly id: string | undefined
  /** Empty where there is only a cursor to resume from. */
  readonly data: string
}

/**
 * Reads server-sent events (HTML §9.2) from text that may be cut anywhere. An event counts when its empty line has come.
 * Returns what was completed by the chunk.
 */
export function createEventParser(): (chunk: string) => ServerSentEvent[] {
  let rest = ''
  let id: string | undefined
  let data: string[] = []
  let told: string | undefined
  return (chunk) => {
    const events: ServerSentEvent[] = []
    // A carriage return at the very end may be the first half of a line end.
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0 || id !== told) events.push({ id, data: data.join('\n') })
        told = id
        data = []
        continue
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?$/.exec(line) ?? []
      if (field === 'data') data.push(value)
      else if (field === 'id') id = value
    }
    return events
  }
}
