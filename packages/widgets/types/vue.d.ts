/**
 * Types the elements of Sluice in Vue's templates: `import type {} from '@sluice/widgets/vue'` once, anywhere in the app, and
 * `compilerOptions: { isCustomElement: (tag) => tag.startsWith('sluice-') }` for the compiler.
 */
import type { EmitFn, HTMLAttributes } from 'vue'
import type { SluiceEventMap } from '../dist/index.js'
import type {} from '../dist/define.js'

type Tag = Extract<keyof HTMLElementTagNameMap, `sluice-${string}`>
type Own<Element> = Partial<Omit<Element, keyof HTMLElement>>
type Listeners = { readonly [Name in keyof SluiceEventMap as `on${Capitalize<Name>}`]?: (event: SluiceEventMap[Name]) => void }
type Emitted = { [Name in keyof SluiceEventMap]: (event: SluiceEventMap[Name]) => void }

type ElementOf<Element> = new () => Element & {
  $props: HTMLAttributes & Own<Element> & Listeners
  $emit: EmitFn<Emitted>
}

declare module 'vue' {
  interface GlobalComponents extends SluiceElements {}
}

export type SluiceElements = { [Name in Tag]: ElementOf<HTMLElementTagNameMap[Name]> }
