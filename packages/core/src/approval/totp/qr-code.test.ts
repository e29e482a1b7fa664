import { afterEach, expect, it, vi } from 'vitest'
import { qrCode } from './qr-code.ts'

const URI = 'otpauth://totp/Desk:ann?secret=GEZDGNBVGY3TQOJQ&issuer=Desk'
/** A QR code has 21, 25, 29… modules a side. */
const isSide = (modules: number): boolean => modules >= 21 && (modules - 17) % 4 === 0

afterEach(() => {
  vi.doUnmock('uqr')
  vi.resetModules()
})

it('on a page the picture has the quiet zone of four modules that ISO/IEC 18004 asks for', async () => {
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(await qrCode(URI, 'svg')) ?? []
  // Ten units a module.
  expect([width === height, isSide(Number(width) / 10 - 8)]).toEqual([true, true])
})

it('in a terminal, where lines are few, of two', async () => {
  const lines = (await qrCode(URI, 'text')).split('\n')
  expect(isSide((lines[0] ?? '').length - 4)).toBe(true)
})

it('without the package that draws it, it says which to install', async () => {
  vi.doMock('uqr', () => { throw new Error('not installed') })
  await expect(qrCode(URI, 'svg')).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', message: expect.stringContaining('uqr') })
})
