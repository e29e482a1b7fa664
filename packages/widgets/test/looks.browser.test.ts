import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cdp, type Locator, page } from 'vitest/browser'
import { fontsOf, KNOWN_FONTS } from './fonts.ts'
import { type GalleryState, show, states } from './gallery/states.ts'
import { cleanUp } from './page.ts'

/** Pictures are compared only where text is drawn as it was where they were taken: another font is another picture. */
const fonts = fontsOf()
const same = fonts === KNOWN_FONTS
// oxlint-disable-next-line no-console -- a check that is left out is said
if (!same) console.warn(`Pictures are not compared: they were taken by ${KNOWN_FONTS}, this is ${fonts}. To take them anew, change KNOWN_FONTS and run this file with --update.`)

const root = document.documentElement

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-11-23T14:31:00.000Z') })
  await page.viewport(900, 700)
  await cdp().send('Emulation.setTimezoneOverride', { timezoneId: 'UTC' })
  // A caret blinks, and what moves is never the same twice.
  await cdp().send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] })
  await cdp().send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 1, y: 1 })
})

afterEach(() => {
  vi.useRealTimers()
  cleanUp()
  root.removeAttribute('style')
})

afterAll(async () => {
  await cdp().send('Emulation.setTimezoneOverride', { timezoneId: '' })
  await cdp().send('Emulation.setEmulatedMedia', { features: [] })
})

const slug = (text: string): string => text.replaceAll(/[^a-z]+/g, '-')

const frame = (): Promise<unknown> => new Promise((resolve) => { requestAnimationFrame(resolve) })

async function shown(state: GalleryState): Promise<Locator> {
  root.style.cssText = 'color-scheme: light; background: Canvas'
  const { element } = await show(state, document.body, { 'time-zone': 'UTC' })
  return page.elementLocator(element.shadowRoot?.querySelector<HTMLElement>('dialog[open]') ?? element)
}

const all = states.map((state) => [state.tag, state.name, state] as const)

describe('every element in every state says what it said, to those who hear it', () => {
  test.each(all)('%s: %s', async (_tag, _name, state) => {
    await expect.element(await shown(state)).toMatchAriaSnapshot()
  })
})

describe.skipIf(!same)('every element in every state looks as it did, in light and dark', () => {
  test.each(all)('%s: %s', async (tag, name, state) => {
    const target = await shown(state)
    // What gets the focus has it with the frame that shows it, or with the next one.
    await frame()
    await frame()
    for (const scheme of ['light', 'dark']) {
      root.style.cssText = `color-scheme: ${scheme}; background: Canvas`
      await expect.element(target).toMatchScreenshot(`${slug(`${tag.replace('sluice-', '')} ${name}`)}-${scheme}`, { comparatorOptions: { threshold: 0.1, allowedMismatchedPixels: 10 } })
    }
  })
})
