import '../src/define.ts'
import { type ClientTiming, createExecutionClient } from '@sluice/http/client'
import { cdp, page } from 'vitest/browser'
import type { SluiceProvider } from '../src/elements/sluice-provider.ts'
import { createFakeServer, type FakeServer } from './fake-server.ts'

type Name = keyof HTMLElementTagNameMap & `sluice-${string}`

export interface Page<Element> {
  readonly server: FakeServer
  readonly provider: SluiceProvider
  readonly element: Element
}

/** One widget inside a provider, against a fake server. */
export async function open<Tag extends Name>(tag: Tag, prepare: (server: FakeServer) => void = () => undefined, timing?: ClientTiming): Promise<Page<HTMLElementTagNameMap[Tag]>> {
  await page.viewport(1000, 760)
  // Where the test before left the mouse, it would hold rows still.
  await cdp().send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 1, y: 1 })
  const server = createFakeServer()
  prepare(server)
  const provider = document.createElement('sluice-provider')
  provider.client = createExecutionClient({ baseUrl: `${location.origin}/api/v1/execution`, fetch: server.fetch, heartbeat: 60_000, retry: false, ...(timing && { timing }) })
  const element = document.createElement(tag)
  provider.append(element)
  document.body.append(provider)
  await element.updateComplete
  return { server, provider, element }
}

/** The text that a person sees in an element, its shadow included, with single spaces. */
export function textOf(element: Element | null | undefined): string {
  if (element === null || element === undefined) return ''
  const parts: string[] = []
  const collect = (node: Node): void => {
    if (node instanceof Text) parts.push(node.data)
    else if (!(node instanceof HTMLStyleElement)) for (const child of node.childNodes) collect(child)
  }
  collect(element.shadowRoot ?? element)
  return parts.join(' ').replaceAll(/\s+/g, ' ').trim()
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as querySelector has it
export function find<Found extends Element = HTMLElement>(element: Element, selector: string): Found {
  const found = element.shadowRoot?.querySelector<Found>(selector)
  if (found === null || found === undefined) throw new Error(`${element.localName} shows no ${selector}`)
  return found
}

export function findAll<Found extends Element = HTMLElement>(element: Element, selector: string): Found[] {
  return [...(element.shadowRoot?.querySelectorAll<Found>(selector) ?? [])]
}

/** Leaves nothing behind for the next test. */
export function cleanUp(): void {
  document.body.replaceChildren()
  sessionStorage.clear()
}
