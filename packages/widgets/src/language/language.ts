import { rightToLeft } from './direction.ts'

/** Translations by their English text. `{0}` and `{1}` stand for values; what is missing stays English. */
export type Dictionary = Readonly<Record<string, string>>

/** One registry for the page: locales and widgets may come from different bundles. */
const registry = Symbol.for('sluice.locales')
const home = globalThis as { [registry]?: Map<string, Dictionary> }
const dictionaries = (home[registry] ??= new Map<string, Dictionary>())

let words: Dictionary = {}
let current: string | undefined

/** Adds a language, or words to one; `tag` as in BCP 47, for example `de`. Widgets show it from their next update on. */
export function addLocale(tag: string, dictionary: Dictionary): void {
  dictionaries.set(tag, { ...dictionaries.get(tag), ...dictionary })
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
 * each element says it first.
 */
export function speakFor(element: Element, own: string | null | undefined): void {
  current = valid(own) ?? valid(inherited(element))
  const language = current?.split('-')[0] ?? 'en'
  words = dictionaries.get(current ?? '') ?? dictionaries.get(language) ?? {}
}

/** The locale for `Intl`; undefined: the viewer's. */
export function currentLocale(): string | undefined {
  return current
}

/** Whether what is shown now reads from right to left: only where there are words for it. */
export function isRightToLeft(): boolean {
  return rightToLeft.has(current?.split('-')[0] ?? '') && Object.keys(words).length > 0
}

/** What the dictionary says for a code; `otherwise` where it says nothing. */
export function say(code: string, otherwise: string): string {
  return words[code] ?? otherwise
}

/** A text in the current language. */
export function t(text: string, ...values: readonly (string | number)[]): string {
  const translated = words[text] ?? text
  return values.length === 0 ? translated : translated.replaceAll(/\{(\d)\}/g, (_mark, index: string) => String(values[Number(index)] ?? ''))
}
