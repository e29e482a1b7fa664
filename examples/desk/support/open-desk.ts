import type { SimulatedBroker } from '@sluice/core'
import type { Problem } from '@sluice/http'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { broker } from '../brokers/simulated.ts'
import type { DeskLimits } from '../limits.ts'
import { type Desk, startDesk } from '../start-desk.ts'

/** An order that passes every limit. */
export const SMALL_ORDER: Readonly<Record<string, unknown>> = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' }

interface Answer {
  readonly status: number
  readonly body: Problem & { readonly id?: string; readonly status?: unknown }
}

/** A desk in this process without a strategy, and a way to talk to it like any client. */
export interface OpenDesk extends Desk {
  /** Posts to a path of the API; `undefined` leaves a header out. */
  post(path: string, body: unknown, headers?: Readonly<Record<string, string | undefined>>): Promise<Answer>
  /** Orders in the books of the broker itself. */
  booked(): number
}

export async function openDesk(limits: Partial<DeskLimits> = {}): Promise<OpenDesk> {
  const desk = await startDesk({ broker, dataFolder: temporaryFolder(), port: 0, strategy: false, limits })
  onTestFinished(() => desk.close())
  let keys = 0
  return {
    ...desk,
    post: async (path, body, headers = {}) => {
      const all: Record<string, string | undefined> = {
        'Authorization': `Bearer ${desk.token}`, 'Content-Type': 'application/json', 'Idempotency-Key': `key-${keys += 1}`, ...headers,
      }
      const response = await fetch(`${desk.address}/api/v1/execution${path}`, {
        method: 'POST',
        headers: Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined),
        body: typeof body === 'string' ? body : JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Answer['body'] }
    },
    booked: () => (desk.adapter as SimulatedBroker).orders().length,
  }
}
