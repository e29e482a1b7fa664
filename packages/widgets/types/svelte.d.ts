/**
 * Types the elements of Sluice in Svelte 5: `import type {} from '@sluice/widgets/svelte'` once, anywhere in the app. Svelte sets
 * properties of an element by their own names and listens by `on` and the event's name: `onsluice-placed`.
 */
import type { HTMLAttributes } from 'svelte/elements'
import type { SluiceEventMap } from '../dist/index.js'
import type {} from '../dist/define.js'

type Tag = Extract<keyof HTMLElementTagNameMap, `sluice-${string}`>
type Own<Element> = Partial<Omit<Element, keyof HTMLElement>>
type Listeners = { readonly [Name in keyof SluiceEventMap as `on${Name}`]?: (event: SluiceEventMap[Name]) => void }

declare module 'svelte/elements' {
  interface SvelteHTMLElements extends SluiceElements {}
}

export type SluiceElements = { [Name in Tag]: HTMLAttributes<HTMLElementTagNameMap[Name]> & Own<HTMLElementTagNameMap[Name]> & Listeners }
