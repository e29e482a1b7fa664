import { SluiceError } from '../../runtime/errors.ts'
import { secureBytes } from '../../runtime/secure-random.ts'

const VERSION = 'v1'
const NONCE = 12
const KEY = 32

const toText = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
const toBytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))

async function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  if (!(bytes instanceof Uint8Array) || bytes.length !== KEY) throw new SluiceError('CONFIGURATION_INVALID', `the key that seals secrets must be ${KEY} bytes`)
  return crypto.subtle.importKey('raw', new Uint8Array(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
}

/** The name is sealed in: what was stored for one person opens for nobody else. */
const bound = (name: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(`sluice-secret-${VERSION}:${name}`)

/** AES-256-GCM with a fresh nonce: `v1.nonce.ciphertext`. */
export async function seal(key: Uint8Array, name: string, text: string): Promise<string> {
  const iv = secureBytes(NONCE)
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bound(name) }, await importKey(key), new TextEncoder().encode(text))
  return `${VERSION}.${toText(iv)}.${toText(new Uint8Array(sealed))}`
}

/**
 * What was sealed under a name.
 * @throws when the key is another one, or the text was changed or belongs to another name
 */
export async function open(key: Uint8Array, name: string, sealed: string): Promise<string> {
  const [version, iv, text] = sealed.split('.')
  if (version !== VERSION || iv === undefined || text === undefined) throw new Error('this is no sealed secret of a known version')
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: toBytes(iv), additionalData: bound(name) }, await importKey(key), toBytes(text))
  return new TextDecoder().decode(opened)
}
