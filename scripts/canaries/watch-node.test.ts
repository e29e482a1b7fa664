import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { findCanaries, findPlainCanaries, FORMS, MARKER } from './find-canaries.ts'
import { takeLeaks } from './leaks.ts'

const SECRET = `${MARKER}-token-17`
const folder = (): string => mkdtempSync(join(tmpdir(), 'sluice-canaries-'))
/** Which channels have leaked since. */
const channels = (): readonly string[] => [...new Set(takeLeaks().map(({ channel }) => channel))].toSorted()

describe('a canary is found', () => {
  const bytes = Buffer.from(SECRET)
  const totp = `${MARKER}${MARKER}`.toUpperCase()
  const raw = Buffer.from(Array.from(`${totp}JBSWY3DPEHPK3PXP`, (letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('').match(/.{8}/g)!.map((bits) => Number.parseInt(bits, 2)))
  it.each([
    ['as it is', SECRET], ['in capitals', SECRET.toUpperCase()], ['in JSON', JSON.stringify({ deep: [{ secret: SECRET }] })], ['in base 64', bytes.toString('base64')],
    ['in base 64, one byte in', Buffer.from(`:${SECRET}`).toString('base64')], ['in base 64, two bytes in', Buffer.from(`::${SECRET}`).toString('base64')],
    ['in base 64 for addresses, without padding', Buffer.from(`user:${SECRET}`).toString('base64url')], ['in hex', bytes.toString('hex')], ['in capital hex', bytes.toString('hex').toUpperCase()],
    ['in an address', `https://x/?key=${encodeURIComponent(` ${SECRET}`)}`], ['percent by percent', [...bytes].map((byte) => `%${byte.toString(16)}`).join('')],
    ['as bytes in JSON', JSON.stringify([...bytes])], ['as a buffer that is looked at', `<Buffer ${bytes.toString('hex').match(/../g)!.join(' ')}>`], ['in UTF-16', Buffer.from(SECRET, 'utf16le').toString('latin1')],
    ['as a TOTP secret', `otpauth://totp/x?secret=${totp}JBSWY3DPEHPK3PXP`], ['as a TOTP secret in small letters', totp.toLowerCase()], ['as what a TOTP secret stands for, in bytes', raw.toString('latin1')],
    ['as what it stands for, in hex', raw.toString('hex')], ['as what it stands for, in base 64', Buffer.concat([Buffer.from('x'), raw]).toString('base64')],
  ])('%s', (_, text) => {
    expect(findCanaries(`before ${text} after`).length).toBeGreaterThan(0)
    expect(findCanaries(text).join()).not.toContain(MARKER)
  })

  it('in few forms also where much is looked through, and not where there is none', () => {
    expect([findPlainCanaries(`x${SECRET}`), findPlainCanaries(bytes.toString('base64'))].map((found) => found.length)).toEqual([1, 1])
    expect([findCanaries('canary'), findPlainCanaries('canary-token')]).toEqual([[], []])
    expect(FORMS.every((form) => form.length >= 8)).toBe(true)
  })
})

describe('a planted leak is seen', () => {
  afterEach(() => { takeLeaks() })

  it('on the console', () => {
    console.debug({ deep: { token: SECRET } })
    expect(channels()).toEqual(['console'])
  })

  it('in files and names of files, however they are removed', async () => {
    const first = folder()
    writeFileSync(join(first, 'stop.png'), Buffer.concat([Buffer.alloc(5 * 1024 * 1024), Buffer.from(SECRET)]))
    await rm(first, { recursive: true })
    expect(channels()).toEqual(['file'])
    const second = folder()
    mkdirSync(join(second, SECRET))
    rmSync(second, { recursive: true })
    expect(channels()).toEqual(['file'])
  })

  it('in an answer, its headers and its address', async () => {
    const server = createServer((request, answer) => {
      if (request.url === '/header') answer.setHeader('X-Token', SECRET)
      answer.end(request.url === '/body' ? `{"token":"${SECRET}"}` : '')
    })
    await new Promise<void>((resolve) => { server.listen(0, resolve) })
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    for (const path of ['/body', '/header', `/?token=${SECRET}`]) {
      await (await fetch(origin + path)).text()
      expect(channels(), path).toEqual(['answer'])
    }
    await (await fetch(`${origin}/`, { headers: { Authorization: `Bearer ${SECRET}` } })).text()
    expect(channels()).toEqual([])
    server.close()
    expect(new Response(JSON.stringify({ token: SECRET }))).toBeInstanceOf(Response)
    expect(channels()).toEqual(['answer'])
  })

  it('in what a child process says', async () => {
    const child = spawn(process.execPath, ['-e', `console.error('${SECRET}')`], { stdio: 'pipe' })
    await once(child, 'close')
    expect(channels()).toEqual(['child output'])
  })
})
