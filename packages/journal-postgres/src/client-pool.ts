import type { Client } from 'pg'

/** Connections that are used one statement at a time. Less between a statement and its socket than a general pool has. */
export interface ClientPool {
  /** A connection to use alone until it is given back. */
  take(): Client | Promise<Client>
  give(client: Client): void
  /** Instead of giving it back: nothing is known of its state. */
  discard(client: Client): void
  close(): Promise<void>
}

interface Waiting {
  readonly resolve: (client: Client) => void
  readonly reject: (error: unknown) => void
}

export function createClientPool(maximum: number, open: () => Promise<Client>, end: (client: Client) => Promise<void>): ClientPool {
  const idle: Client[] = []
  const all = new Set<Client>()
  const waiting: Waiting[] = []
  let opening = 0
  let closed = false

  const forget = (client: Client): void => {
    if (!all.delete(client)) return
    const index = idle.indexOf(client)
    if (index >= 0) idle.splice(index, 1)
    void end(client)
    openForWaiting()
  }

  const openOne = async (): Promise<Client> => {
    opening += 1
    try {
      const client = await open()
      if (closed) {
        await end(client)
        throw new Error('the connections are closed')
      }
      all.add(client)
      const broken = (): void => { forget(client) }
      client.on('error', broken)
      client.on('end', broken)
      return client
    } finally {
      opening -= 1
    }
  }

  const openForWaiting = (): void => {
    if (waiting.length === 0 || all.size + opening >= maximum) return
    openOne().then(give, (error: unknown) => { waiting.shift()?.reject(error) })
  }

  const give = (client: Client): void => {
    if (!all.has(client)) return
    const next = waiting.shift()
    if (next === undefined) idle.push(client)
    else next.resolve(client)
  }

  return {
    take: () => {
      const client = idle.pop()
      if (client !== undefined) return client
      if (all.size + opening < maximum) return openOne()
      return new Promise((resolve, reject) => { waiting.push({ resolve, reject }) })
    },
    give,
    discard: forget,
    close: async () => {
      closed = true
      const clients = [...all]
      all.clear()
      idle.length = 0
      await Promise.all(clients.map(end))
    },
  }
}
