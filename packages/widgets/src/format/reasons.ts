import { say, t } from '../language/language.ts'

/** `max-position` as people read it: `Max position`. A guard of the host's own has its words from `addLocale`. */
export function guardName(name: string): string {
  const words = name.replaceAll(/[-_]+/g, ' ').trim()
  return t(words.charAt(0).toUpperCase() + words.slice(1))
}

/** Why something was refused: in the words of the dictionary for its code, else in those of who refused. */
export function reasonText({ code, message }: { readonly code: string; readonly message: string }): string {
  return say(code, message)
}
