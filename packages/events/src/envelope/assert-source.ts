import { SluiceError } from '@sluice/core'

/** @throws SluiceError CONFIGURATION_INVALID when it is no URI reference without a fragment */
export function assertSource(source: string): void {
  if (/^[A-Za-z0-9\-._~:/?@!$&'()*+,;=%[\]]+$/.test(source)) return
  throw new SluiceError('CONFIGURATION_INVALID', `source is "${source}". It must be a URI reference that no other journal uses, such as /desk/main or https://desk.example/sluice`)
}
