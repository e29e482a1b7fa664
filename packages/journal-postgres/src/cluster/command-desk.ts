import { randomUUID } from 'node:crypto'
import { type Clock, type ExecutionService, SluiceError } from '@sluice/core'
import type { Connections } from '../connections.ts'
import type { Ownership } from '../ownership.ts'
import type { Channels } from './channels.ts'
import { type Kind, perform } from './perform.ts'

/** How often commands and answers are looked for without a wake-up, in ms. */
const PERIOD = 100

/** Commands between nodes: a table, with a wake-up that may be lost. */
export interface CommandDesk {
  /**
   * Asks the owner of an account, whoever that is by then; the answer as text.
   * @throws SluiceError NOT_READY when there is none in time: what became of it is not known, ask again with the same key
   */
  ask(account: string, kind: Kind, input: readonly unknown[]): Promise<string>
  start(): void
  stop(): void
}

interface Command {
  readonly id: string
  readonly account: string
  readonly kind: string
  readonly input: string
}

// Commands need not be durable: a lost one is asked again. What they do is.
const ASK = {
  name: 'ask',
  text: `WITH asked AS (INSERT INTO commands (id, account, kind, input, asker, deadline)
      VALUES ($1, $2, $3, $4, $5, clock_timestamp() + $6::float8 * interval '1 millisecond') ON CONFLICT DO NOTHING)
    SELECT set_config('synchronous_commit', 'off', true), pg_notify($7::text, '')`,
}
const OPEN = {
  name: 'open-commands',
  text: 'SELECT c.id, c.account, c.kind, c.input FROM commands c JOIN leases l USING (account) WHERE c.answer IS NULL AND l.owner = $1 AND c.deadline > clock_timestamp() ORDER BY c.deadline LIMIT 256',
}
// What was asked may hold a code: it is gone with the answer.
const ANSWER = { name: 'answer', text: "WITH told AS (UPDATE commands SET answer = $2, input = '' WHERE id = $1 AND answer IS NULL RETURNING 1) SELECT set_config('synchronous_commit', 'off', true), pg_notify($3::text, $1::text) FROM told" }
const LOOK = { name: 'look', text: 'SELECT id, answer FROM commands WHERE id = ANY($1::text[]) AND answer IS NOT NULL' }
const FORGET = { name: 'forget', text: "WITH gone AS (DELETE FROM commands WHERE id = $1 OR deadline < clock_timestamp() - interval '1 minute') SELECT set_config('synchronous_commit', 'off', true)" }

export function createCommandDesk(
  connections: Connections, ownership: Ownership, channels: Channels, clock: Clock, timeout: number, inner: string,
  hosted: (account: string) => ExecutionService | undefined,
): CommandDesk {
  const waiting = new Map<string, (answer: string) => void>()
  const working = new Set<string>()
  let serving = false
  let looking = false
  let stopped = false

  const work = async (service: ExecutionService, { id, kind, input }: Command): Promise<void> => {
    const answer = await perform(service, kind, input, inner)
    // Left to the next owner.
    if (answer === undefined) return
    await connections.run(ANSWER, [id, answer, channels.answers])
  }

  const serve = async (): Promise<void> => {
    if (serving || stopped) return
    serving = true
    try {
      const { rows } = await connections.run<Command & Record<string, unknown>>(OPEN, [ownership.member], timeout)
      for (const command of rows) {
        const service = hosted(command.account)
        if (service === undefined || working.has(command.id)) continue
        working.add(command.id)
        work(service, command).catch(() => undefined).finally(() => { working.delete(command.id) })
      }
    } catch {
      // The next look finds them.
    } finally {
      serving = false
    }
  }

  const look = async (): Promise<void> => {
    if (looking || waiting.size === 0 || stopped) return
    looking = true
    try {
      const { rows } = await connections.run<{ readonly id: string; readonly answer: string }>(LOOK, [[...waiting.keys()]], timeout)
      for (const { id, answer } of rows) waiting.get(id)?.(answer)
    } catch {
      // The next look finds them.
    } finally {
      looking = false
    }
  }

  const onTime = (): void => {
    clock.setTimer(() => {
      if (stopped) return
      void Promise.all([serve(), look()]).then(onTime)
    }, PERIOD)
  }

  return {
    ask: async (account, kind, input) => {
      const id = randomUUID()
      let cancel: () => void = () => undefined
      const answered = new Promise<string>((resolve, reject) => {
        const timer = clock.setTimer(() => {
          reject(new SluiceError('NOT_READY', `the owner of account ${account} has not answered within ${timeout} ms; what became of it is not known: ask again, with the same key`, { retryable: true }))
        }, timeout, true)
        cancel = () => { timer.cancel() }
        waiting.set(id, resolve)
      })
      answered.catch(() => undefined)
      try {
        await connections.run(ASK, [id, account, kind, JSON.stringify(input), ownership.member, timeout, channels.commands], timeout)
        return await answered
      } finally {
        cancel()
        waiting.delete(id)
        connections.run(FORGET, [id], timeout).catch(() => undefined)
      }
    },
    start: () => {
      ownership.listen(channels.commands, () => { void serve() })
      ownership.listen(channels.answers, (id) => { if (waiting.has(id)) void look() })
      onTime()
    },
    stop: () => { stopped = true },
  }
}
