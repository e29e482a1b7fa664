import { after } from '../runtime/timing.ts'
import { rightToLeft } from './direction.ts'

/** Translations by their English text. `{0}` and `{1}` stand for values; what is missing stays English. */
export type Dictionary = Readonly<Record<string, string>>

/** What a language says for an English text; undefined: nothing. */
export type LookUp = (text: string) => string | undefined

interface Language {
  /** Those added last are asked first. */
  readonly lookUps: LookUp[]
  /** Words that few pages need, not asked for yet. */
  more: (() => Promise<LookUp>) | undefined
}

/** One registry for the page: locales and widgets may come from different bundles. */
const registry = Symbol.for('sluice.locales')
const home = globalThis as { [registry]?: Map<string, Language> }
const languages = (home[registry] ??= new Map<string, Language>())

/** Sent on the document when words may be others: a language has got more of them, or the page speaks another one. */
export const WORDS_CAME = 'sluice-words'
/** Words that could not be fetched are asked for again after so many milliseconds. */
const AGAIN = 20_000

let language: Language | undefined
let current: string | undefined
let times = 0
let following: MutationObserver | undefined

export function addLookUp(tag: string, lookUp: LookUp, more?: () => Promise<LookUp>): void {
  const known = languages.get(tag)
  if (known === undefined) languages.set(tag, { lookUps: [lookUp], more })
  else {
    known.lookUps.unshift(lookUp)
    known.more ??= more
  }
}

/** Adds a language, or words to one; `tag` as in BCP 47, for example `de`. Widgets show it from their next update on. */
export function addLocale(tag: string, dictionary: Dictionary): void {
  addLookUp(tag, (text) => dictionary[text])
}

function tellAll(): void {
  times += 1
  globalThis.document?.dispatchEvent(new Event(WORDS_CAME))
}

/** A page, or a part of it, that changes its language changes that of the widgets. */
export function followLanguage(): void {
  if (following !== undefined) return
  following = new MutationObserver(tellAll)
  following.observe(document, { subtree: true, attributeFilter: ['lang', 'locale'] })
}

/** Fetches the rest of the words of the language that is spoken, once. Until they are there, English stands for them. */
export function fetchMoreWords(): void {
  const speaking = language
  const more = speaking?.more
  if (speaking === undefined || more === undefined) return
  speaking.more = undefined
  more().then((lookUp) => {
    speaking.lookUps.push(lookUp)
    tellAll()
  }, () => {
    after(AGAIN, () => {
      speaking.more = more
    })
  })
}

function find(text: string): string | undefined {
  for (const lookUp of language?.lookUps ?? []) {
    const found = lookUp(text)
    // A code that is also the name of something every object has.
    if (typeof found === 'string') return found
  }
  fetchMoreWords()
  return undefined
}

/** A BCP 47 tag that `Intl` takes, or undefined: a page's `lang` can be anything. */
function valid(tag: string | null | undefined): string | undefined {
  if (tag === null || tag === undefined || tag === '') return undefined
  try {
    return Intl.getCanonicalLocales(tag)[0]
  } catch {
    return undefined
  }
}

/** The language around an element: its own, that of the nearest `lang`, shadow trees included. */
function inherited(element: Element): string | undefined {
  for (let node: Element | null | undefined = element; node !== null && node !== undefined;) {
    const holder: Element | null = node.closest('[lang],[locale]')
    if (holder !== null) return holder.getAttribute('locale') ?? holder.getAttribute('lang') ?? undefined
    const root: Node = node.getRootNode()
    node = root instanceof ShadowRoot ? root.host : null
  }
  return undefined
}

/**
 * Words and numbers are in this element's language from now on, until another element says otherwise. Rendering is synchronous:
 * each element says it first. On a server there is nothing around it.
 */
export function speakFor(element: Element | undefined, own: string | null | undefined): void {
  current = valid(own) ?? valid(element && inherited(element))
  language = languages.get(current ?? '') ?? languages.get(current?.split('-')[0] ?? 'en')
}

/** The locale for `Intl`; undefined: the viewer's. */
export function currentLocale(): string | undefined {
  return current
}

/** Another whenever words may be others. */
export function wording(): string {
  return `${current ?? ''} ${times}`
}

/** Whether what is shown now reads from right to left: only where there are words for it. */
export function isRightToLeft(): boolean {
  return rightToLeft.has(current?.split('-')[0] ?? '') && language !== undefined
}

/** What the dictionary says for a code; `otherwise` where it says nothing. */
export function say(code: string, otherwise: string): string {
  return find(code) ?? otherwise
}

/** A text in the current language. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const translated = find(text) ?? text
  return values.length === 0 ? translated : translated.replaceAll(/\{(\d)\}/g, (_mark, index: string) => String(values[Number(index)] ?? ''))
}
