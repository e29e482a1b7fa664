import axe from 'axe-core'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { cdp, page } from 'vitest/browser'
import { show, states } from './gallery/states.ts'
import '../src/locales/ar.ts'
import { cleanUp } from './page.ts'

const media = {
  light: { scheme: 'light', features: [] },
  dark: { scheme: 'dark', features: [] },
  'forced colours': { scheme: 'light', features: [{ name: 'forced-colors', value: 'active' }] },
  'more contrast': { scheme: 'dark', features: [{ name: 'prefers-contrast', value: 'more' }] },
} as const
const directions = { ltr: 'en', rtl: 'ar' } as const

let checked = 0
const root = document.documentElement

afterEach(async () => {
  cleanUp()
  root.removeAttribute('dir')
  root.lang = 'en'
  document.body.removeAttribute('style')
  await cdp().send('Emulation.setEmulatedMedia', { features: [] })
})

afterAll(() => {
  // oxlint-disable-next-line no-console -- how much was looked at is part of the result
  console.log(`axe: ${checked} checks of ${states.length} states`)
})

async function violations(): Promise<string[]> {
  const results = await axe.run(document.body, { resultTypes: ['violations'], rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } } })
  checked += 1
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ''}`).join(' | ')}`)
}

describe('every element in every state, in every theme and direction, has no violation', () => {
  test.each(states.map((state) => [state.tag, state.name, state] as const))('%s: %s', async (_tag, _name, state) => {
    await page.viewport(1000, 760)
    // What fades in would be judged half way.
    const still = { name: 'prefers-reduced-motion', value: 'reduce' }
    await cdp().send('Emulation.setEmulatedMedia', { features: [still] })
    const { element } = await show(state, document.body)
    const found: string[] = []
    for (const [theme, { scheme, features }] of Object.entries(media)) {
      document.body.style.cssText = `color-scheme: ${scheme}; background: Canvas; color: CanvasText`
      await cdp().send('Emulation.setEmulatedMedia', { features: [...features, still] })
      for (const [direction, language] of Object.entries(directions)) {
        root.dir = direction
        root.lang = language
        ;(element as HTMLElement & { requestUpdate(): void; updateComplete: Promise<boolean> }).requestUpdate()
        await (element as HTMLElement & { updateComplete: Promise<boolean> }).updateComplete
        found.push(...(await violations()).map((violation) => `${theme}, ${direction}: ${violation}`))
      }
    }
    expect(found).toEqual([])
    // Reduced motion is no motion.
    expect(document.getAnimations().filter((animation) => animation.playState === 'running')).toEqual([])
  })
})
