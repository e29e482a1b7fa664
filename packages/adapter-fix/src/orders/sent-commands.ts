/** What a message of ours was about: a Reject names it by number only. */
export interface SentCommand {
  readonly clientOrderId: string
  readonly command: 'new' | 'cancel' | 'replace' | 'status' | 'mass_status' | 'mass_cancel'
}

/** The last commands by number; older ones are forgotten, nobody rejects them any more. */
export interface SentCommands {
  note(sequence: number, command: SentCommand): void
  find(sequence: number | undefined): SentCommand | undefined
  clear(): void
}

const KEPT = 10_000

export function createSentCommands(): SentCommands {
  const commands = new Map<number, SentCommand>()
  return {
    note: (sequence, command) => {
      commands.set(sequence, command)
      commands.delete(sequence - KEPT)
    },
    find: (sequence) => (sequence === undefined ? undefined : commands.get(sequence)),
    clear: () => { commands.clear() },
  }
}
