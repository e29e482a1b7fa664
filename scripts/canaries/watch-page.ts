// Runs before every test file in the browser: what a page shows, keeps and says is looked through for canaries.
import { afterEach } from 'vitest'
import { assertNoLeak, inspectText } from './leaks.ts'

const textOf = (value: unknown): string => (value instanceof Error ? `${value.message} ${value.stack ?? ''}` : typeof value === 'string' ? value : JSON.stringify(value) ?? '')

for (const level of ['debug', 'log', 'info', 'warn', 'error'] as const) {
  const write = console[level].bind(console)
  console[level] = (...parts: readonly unknown[]) => {
    const leaked = inspectText('console', parts.map(textOf).join(' '))
    if (!leaked) write(...parts)
  }
}

/** All that a page shows, in the shadow roots too. */
function shown(root: Document | ShadowRoot): string {
  const inside = [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot === null ? [] : shown(shadowRoot)))
  return [root instanceof Document ? root.documentElement.outerHTML : root.innerHTML, ...inside].join('\n')
}

afterEach(() => {
  inspectText('page', shown(document))
  inspectText('address', location.href)
  for (const [name, storage] of [['local storage', localStorage], ['session storage', sessionStorage]] as const) inspectText(name, JSON.stringify(Object.entries(storage)))
  assertNoLeak()
})
