const FIRST = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const LATER = `${FIRST}0123456789_$`

/**
 * Four letters that stand for a text, so that a dictionary that is shipped does not hold every English text again. A name that is
 * also valid JavaScript; a test shows that no two texts share one.
 */
export function hashOf(text: string): string {
  let hash = 0x811c_9dc5
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x0100_0193)
  hash = (hash ^ (hash >>> 15)) >>> 0
  const [first = '', ...later] = [hash % 52, (hash >>> 6) & 63, (hash >>> 13) & 63, (hash >>> 20) & 63].map((digit, index) => (index === 0 ? FIRST : LATER)[digit])
  return first + later.join('')
}
