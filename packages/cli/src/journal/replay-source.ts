import type { ReplayedJournal } from '@sluice/core'
import type { ChainedEvent } from '@sluice/core/sqlite'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CommandError, EXIT } from '../exit-code.ts'
import { accountsOf, type JournalSource } from './open-journal.ts'

const TURN = 500
const SHARED = '*'
/** Under such a name a cluster keeps what concerns the service of one account: what is `*` in a journal of one process. */
const ownOf = (account: string): string => `*@${account}`

async function* shownAs(account: string, events: ReturnType<JournalSource['events']>): AsyncGenerator<ChainedEvent, void, undefined> {
  for await (const { event, ...rest } of events) yield { ...rest, event: { ...event, account, id: `${account}:${event.sequence}` } }
}

/**
 * The journal as the service of the account had it. In a cluster each account has a service of its own, so one of them must be named.
 * @throws CommandError when it is a cluster's and no account is named
 */
export function readAs(source: JournalSource, account: string | undefined): JournalSource {
  const clustered = source.accounts.flatMap((entry) => (entry.account.startsWith('*@') ? [entry.account.slice(2)] : []))
  if (clustered.length === 0) return source
  if (account === undefined) throw new CommandError(EXIT.usage, 'ACCOUNT_MISSING', `the journal is a cluster's: each account has a service of its own, so name one with --account; it has ${clustered.join(', ')}`)
  const own = ownOf(account)
  return {
    path: source.path, name: source.name,
    accounts: source.accounts.flatMap((entry) => (entry.account === own ? [{ ...entry, account: SHARED }] : entry.account === account ? [entry] : [])),
    events: (name, from) => (name === SHARED ? shownAs(SHARED, source.events(own, from)) : source.events(name, from)),
  }
}

/** What a replay asks a journal for. */
export function readable(source: JournalSource): ReplayedJournal {
  const { pruned } = source
  return {
    ...(pruned !== undefined && {
      readOrder: async (account: string, orderId: string) => pruned.orderEvents(account, orderId),
      prunedSnapshot: async (account: string) => pruned.prunedSnapshot(account),
    }),
    accounts: async () => accountsOf(source, undefined).map(({ account }) => account),
    read: async function* read(account, from) {
      let count = 0
      for await (const { event } of source.events(account, from)) {
        yield event
        count += 1
        if (count % TURN === 0) await nextTurn()
      }
    },
  }
}
