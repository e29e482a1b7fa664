import { generateSecret, generateURI } from 'otplib'
import { SluiceError } from '../../runtime/errors.ts'
import type { SecretStore } from '../secret-store.ts'
import { open, seal } from './seal.ts'
import { checkCode } from './check-code.ts'

export interface TotpSecretsOptions {
  /** Where the sealed secrets lie. */
  readonly store: SecretStore
  /** The 32 bytes that seal them, from wherever keys are kept; asked each time, and never stored here. */
  readonly key: () => Uint8Array | Promise<Uint8Array>
  /** Shown in the authenticator, for example the name of the desk. */
  readonly issuer: string
}

/** A new secret, shown once: neither it nor the address can be had again. */
export interface TotpEnrolment {
  /** Base 32, 160 bits: for typing it in. */
  readonly secret: string
  /** The `otpauth:` address that authenticators read from a QR code (`qrCode` draws it). */
  readonly uri: string
}

/** The secrets of the people who may approve, encrypted at rest. */
export interface TotpSecrets {
  /** For `totp({ secretOf })`: the secret in force; undefined when the person has none. */
  secretOf(person: string): Promise<string | undefined>
  /** Makes a secret and shows it once. It counts after `confirm`; one that is in force stays so until then. */
  enrol(person: string): Promise<TotpEnrolment>
  /** Puts the enrolled secret in force by a first code of it, which proves that it was taken down. `time` in ms since the epoch. */
  confirm(person: string, code: string, time: number): Promise<boolean>
  /** Ends what a person may approve. */
  remove(person: string): Promise<void>
}

const NAME = /^\S{1,128}$/

function nameOf(person: string, part: 'secret' | 'enrolment'): string {
  if (!NAME.test(person)) throw new SluiceError('CONFIGURATION_INVALID', 'a person is named by 1 to 128 characters without spaces')
  return `totp/${part}/${person}`
}

export function totpSecrets({ store, key, issuer }: TotpSecretsOptions): TotpSecrets {
  const read = async (name: string): Promise<string | undefined> => {
    const sealed = await store.get(name)
    return sealed === undefined ? undefined : open(await key(), name, sealed)
  }
  return {
    secretOf: (person) => read(nameOf(person, 'secret')),
    enrol: async (person) => {
      const name = nameOf(person, 'enrolment')
      const secret = generateSecret({ length: 20 })
      await store.set(name, await seal(await key(), name, secret))
      return { secret, uri: generateURI({ issuer, label: person, secret }) }
    },
    confirm: async (person, code, time) => {
      const secret = await read(nameOf(person, 'enrolment'))
      if (secret === undefined || await checkCode(secret, code, time) === undefined) return false
      const name = nameOf(person, 'secret')
      await store.set(name, await seal(await key(), name, secret))
      await store.delete(nameOf(person, 'enrolment'))
      return true
    },
    remove: async (person) => {
      await store.delete(nameOf(person, 'secret'))
      await store.delete(nameOf(person, 'enrolment'))
    },
  }
}
