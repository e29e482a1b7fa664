// oxlint-disable no-console, vitest/expect-expect -- the console is one of the places, and the watch asserts when the test is over
import { afterAll, beforeEach, describe, it } from 'vitest'

// What every test in the browser is watched with looks through the page after the test, so a leak fails the test that planted it. The
// same with a harmless text shows that nothing but the secret does.
const SECRET = 'zqcanary-token-17'
const HARMLESS = 'nothing to see'

function clean(): void {
  document.body.replaceChildren()
  localStorage.clear()
  sessionStorage.clear()
  history.replaceState(null, '', location.pathname + location.search)
}
// Not after each test: the watch comes after that.
beforeEach(clean)
afterAll(clean)

const shadowOf = (parent: Node): ShadowRoot => parent.appendChild(document.createElement('div')).attachShadow({ mode: 'open' })

const places: Readonly<Record<string, (text: string) => void>> = {
  'a text on the page': (text) => { document.body.append(text) },
  'an attribute': (text) => { document.body.appendChild(document.createElement('p')).setAttribute('title', text) },
  'a shadow root': (text) => { shadowOf(document.body).append(text) },
  'a shadow root within another': (text) => { shadowOf(shadowOf(document.body)).append(text) },
  'local storage': (text) => { localStorage.setItem('held', text) },
  'session storage, as a key': (text) => { sessionStorage.setItem(text, 'held') },
  'the address': (text) => { history.replaceState(null, '', `#${encodeURIComponent(text)}`) },
  'the console': (text) => { console.debug('sent', { token: text }) },
  'an error on the console': (text) => { console.error(new Error(`refused ${text}`)) },
  'the page, in base 64': (text) => { document.body.append(btoa(`user:${text}`)) },
}

describe.each(Object.entries(places))('in %s', (_, put) => {
  it.fails('a secret fails the test', () => { put(SECRET) })
  it('any other text does not', () => { put(HARMLESS) })
})
