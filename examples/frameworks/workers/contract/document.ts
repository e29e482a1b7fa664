/** An answer that the tests got, to be held against the document where code may be made from text. */
export interface Exchange {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly type: string
  readonly text: string
}

export const exchanges: Exchange[] = []

export async function documentFault(method: string, url: string, response: Response): Promise<string | undefined> {
  const type = response.headers.get('Content-Type') ?? ''
  exchanges.push({ method, url, status: response.status, type, text: type.startsWith('text/event-stream') ? '' : await response.clone().text() })
  return undefined
}
