/** Values a log line may carry beside its message. Never credentials, codes or secrets. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>

/** Where Sluice writes its few log lines. The default is silent: embedding code decides. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
}

const nothing = (): void => undefined

/** Writes nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
