import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generateSecret } from 'otplib'

/** What the desk keeps in files that only their owner can read, so that a restart changes nothing. */
export interface DeskSecrets {
  /** The bearer token for programs. */
  readonly token: string
  /** The TOTP secret of the demo user, in base 32. */
  readonly totpSecret: string
}

/** `SLUICE_TOKEN` wins over the token that is kept, and is not kept itself. */
export function loadSecrets(dataFolder: string, token: string | undefined): DeskSecrets {
  return {
    token: token ?? keep(join(dataFolder, 'token'), () => randomBytes(18).toString('base64url')),
    totpSecret: keep(join(dataFolder, 'totp-secret'), generateSecret),
  }
}

function keep(path: string, make: () => string): string {
  try {
    const secret = make()
    writeFileSync(path, `${secret}\n`, { flag: 'wx', mode: 0o600 })
    return secret
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    return readFileSync(path, 'utf8').trim()
  }
}
