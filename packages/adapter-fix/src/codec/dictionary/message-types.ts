/** Message types that each version of the specification has: those of one character, and the last of two. */
const SINGLE_42 = '0123456789ABCDEFGHJKLMNPQRSTVWXYZabcdefghijklm'
const SINGLE_44 = '0123456789ABCDEFGHJKLMNPQRSTVWXYZabcdefghijklmnopqrstuvwxyz'

const LAST_DOUBLE = { '4.2': undefined, '4.4': 'BH', '5.0SP2': 'EL' } as const

/** Whether a version has such a message: one that is not is invalid, one that is and that nobody takes is unsupported. */
export function isMessageType(version: keyof typeof LAST_DOUBLE, type: string): boolean {
  if (type.length === 1) return (version === '4.2' ? SINGLE_42 : SINGLE_44).includes(type)
  const last = LAST_DOUBLE[version]
  return last !== undefined && /^[A-Z]{2}$/.test(type) && type >= 'AA' && type <= last
}
