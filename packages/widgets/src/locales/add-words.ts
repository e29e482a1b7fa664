import { hashOf } from '../language/hash.ts'
import { addLookUp, type Dictionary, type LookUp } from '../language/language.ts'

/** Words of brokers come and go: what was looked up is not kept for ever. */
const MOST = 2000

/** By the English text in a dictionary as it is written; by its hash in one as it is shipped. */
function lookUpIn(dictionary: Dictionary): LookUp {
  const found = new Map<string, string | undefined>()
  return (text) => {
    if (!found.has(text)) {
      if (found.size > MOST) found.clear()
      found.set(text, dictionary[text] ?? dictionary[hashOf(text)])
    }
    return found.get(text)
  }
}

/** Makes a language of this package known: what pages say at first, and the rest when one of its words is needed. */
export function addWords(tag: string, dictionary: Dictionary, more: () => Promise<Dictionary>): void {
  addLookUp(tag, lookUpIn(dictionary), async () => lookUpIn(await more()))
}
