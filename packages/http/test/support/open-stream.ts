import type { StreamItem } from '@sluice/core'
import { onTestFinished } from 'vitest'
import { createEventParser } from '../../src/client/event-parser.ts'
import { BASE } from './base.ts'
import type { Mounted } from './hosts.ts'
import { bearer } from './requests.ts'

export interface OpenStream {
  readonly response: Response
  /** Everything received so far. */
  readonly text: () => string
  /** Events received so far, with their cursors. */
  readonly events: () => readonly { readonly id: string | undefined; readonly item: StreamItem }[]
  /** Reads on until it holds, or the stream ends. Resolves to whether it holds. */
  readonly until: (holds: () => boolean) => Promise<boolean>
  readonly cancel: () => Promise<void>
}

/** An event stream that is read as far as a test asks, and left with the test. */
export async function openStream(mounted: Mounted, path = '/events?account=main', { as = 'alice', headers = {} }: { readonly as?: string; readonly headers?: Readonly<Record<string, string>> } = {}): Promise<OpenStream> {
  const leaving = new AbortController()
  const response = await mounted.send(BASE + path, { headers: { ...bearer(as), ...headers }, signal: leaving.signal })
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  const parse = createEventParser()
  const events: { readonly id: string | undefined; readonly item: StreamItem }[] = []
  let text = ''
  const cancel = async (): Promise<void> => {
    await reader?.cancel().catch(() => undefined)
    leaving.abort()
  }
  onTestFinished(cancel)
  return {
    response,
    text: () => text,
    events: () => events,
    until: async (holds) => {
      while (!holds()) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
        if (done) return holds()
        const chunk = decoder.decode(value, { stream: true })
        text += chunk
        for (const { id, data } of parse(chunk)) if (data !== '') events.push({ id, item: JSON.parse(data) as StreamItem })
      }
      return true
    },
    cancel,
  }
}
