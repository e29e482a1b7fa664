/** Wake-up channels of a schema. What comes on them is a hint: the tables say what holds. */
export interface Channels {
  readonly kill: string
  readonly commands: string
  readonly answers: string
  readonly events: string
}

export const channelsOf = (schema: string): Channels => ({ kill: `${schema}_kill`, commands: `${schema}_commands`, answers: `${schema}_answers`, events: `${schema}_events` })
