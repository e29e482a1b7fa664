/**
 * Types the elements of Sluice in JSX of React 19: `import type {} from '@sluice/widgets/react'` once, anywhere in the app.
 * React sets properties of an element by their own names and listens by `on` and the event's name: `onsluice-placed`.
 */
import type { DetailedHTMLProps, HTMLAttributes } from 'react'
import type { SluiceEventMap } from '../dist/index.js'
import type {} from '../dist/define.js'

type Tag = Extract<keyof HTMLElementTagNameMap, `sluice-${string}`>
type Own<Element> = Partial<Omit<Element, keyof HTMLElement | 'children'>>
type Listeners = { readonly [Name in keyof SluiceEventMap as `on${Name}`]?: (event: SluiceEventMap[Name]) => void }

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements extends SluiceElements {}
  }
}

export type SluiceElements = {
  [Name in Tag]: DetailedHTMLProps<HTMLAttributes<HTMLElementTagNameMap[Name]>, HTMLElementTagNameMap[Name]> & Own<HTMLElementTagNameMap[Name]> & Listeners
}
