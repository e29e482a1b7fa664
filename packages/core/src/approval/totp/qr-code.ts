import { SluiceError } from '../../runtime/errors.ts'

/**
 * The QR code of an enrolment's address, for a page (`svg`) or a terminal (`text`). It holds the secret: show it and forget it.
 * @throws SluiceError CONFIGURATION_INVALID when the optional package `uqr` is not installed
 */
export async function qrCode(uri: string, format: 'svg' | 'text'): Promise<string> {
  const { renderSVG, renderUnicodeCompact } = await import('uqr').catch((cause: unknown) => {
    throw new SluiceError('CONFIGURATION_INVALID', 'drawing a QR code needs the package uqr: install it, or type in the secret', { cause })
  })
  return format === 'svg' ? renderSVG(uri, { ecc: 'M', border: 4 }) : renderUnicodeCompact(uri, { ecc: 'M', border: 2 })
}
