import { say, t } from '../language/language.ts'
import { plain } from './plain.ts'

/** `Max position`. A guard of the host's own has its words from `addLocale`. */
export function guardName(name: string): string {
  return t(plain(name))
}

/** Why something was refused: in the words of the dictionary for its code, else in those of who refused. */
export function reasonText({ code, message }: { readonly code: string; readonly message: string }): string {
  return say(code, message)
}
