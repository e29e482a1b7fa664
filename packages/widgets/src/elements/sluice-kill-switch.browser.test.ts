import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { cleanUp, find, findAll, open, textOf } from '../../test/page.ts'

afterEach(cleanUp)

test('one click engages, and only what the server acknowledged is shown', async () => {
  const gate = Promise.withResolvers<void>()
  const { element, server } = await open('sluice-kill-switch', (server) => {
    server.intercept = async ({ method }) => {
      if (method === 'POST') await gate.promise
      return undefined
    }
  })
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is allowed') })
  await userEvent.click(find(element, '.engage'))
  expect(textOf(element)).toContain('Trading is allowed')
  expect(textOf(element)).toContain('Stopping…')
  gate.resolve()
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is stopped') })
  expect(server.posts('/kill-switch')[0]?.body).toEqual({ action: 'engage', scope: 'global', level: 'cancel_all', reason: 'Engaged by hand from the web page' })
  expect(textOf(element)).toContain('Orders to cancel: 2; in flight: 1')
})

test('that trading is allowed is not good news while nobody knows whether it still is', async () => {
  const { element, server } = await open('sluice-kill-switch')
  await vi.waitFor(() => { expect(textOf(find(element, '.state .done'))).toContain('Trading is allowed') })
  server.down = true
  server.events.cut()
  await vi.waitFor(() => { expect(textOf(find(element, '.state'))).toMatch(/Trading is allowed.*What you see was true at \d\d:\d\d:\d\d/) })
  expect([findAll(element, '.state .done'), findAll(element, '.state .status.unknown').length]).toEqual([[], 1])
})

test('a release needs a reason and a code; a wrong one says how many attempts are left', async () => {
  const { element, server } = await open('sluice-kill-switch', (server) => {
    server.kill = { epoch: 4, engaged: [{ scope: 'global', level: 'cancel_all', reason: 'daily loss', actor: 'guard', since: '2026-11-23T14:30:00.000Z', epoch: 4 }] }
  })
  await vi.waitFor(() => { expect(textOf(element)).toContain('daily loss') })
  await userEvent.click(find(element, '[part=release-button]'))
  await vi.waitFor(() => { expect(element.shadowRoot?.activeElement?.id).toBe('reason') })
  await userEvent.keyboard('{Enter}')
  expect(server.posts('/kill-switch')).toEqual([])
  await userEvent.keyboard('checked by hand{Tab}000000{Enter}')
  await vi.waitFor(() => { expect(textOf(element)).toContain('Type RELEASE to release.') })
  expect(server.posts('/kill-switch')).toEqual([])
  await userEvent.fill(find(element, '#phrase'), 'release')
  await userEvent.fill(find(element, '#release-code'), '000000')
  await userEvent.keyboard('{Enter}')
  await vi.waitFor(() => { expect(textOf(element)).toContain('This code is not right. 4 attempts left.') })
  expect(textOf(element)).toContain('Trading is stopped')
  await userEvent.fill(find(element, '#release-code'), '123 456')
  await userEvent.keyboard('{Enter}')
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is allowed') })
  expect(server.posts('/kill-switch').at(-1)?.body).toEqual({ action: 'release', scope: 'global', reason: 'checked by hand', code: '123456' })
})

test('engages though nothing is known of the state, and says when the server has not confirmed', async () => {
  const { element, server } = await open('sluice-kill-switch', (server) => { server.down = true })
  expect(textOf(element)).toContain('State not known')
  await userEvent.click(find(element, '.engage'))
  await vi.waitFor(() => { expect(textOf(element)).toContain('has not confirmed this') })
  server.down = false
  await userEvent.click(find(element, '.engage'))
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is stopped') })
})

test('follows what others do', async () => {
  const { element, server } = await open('sluice-kill-switch')
  await vi.waitFor(() => { expect(findAll(element, '.connection.done')).toHaveLength(1) })
  server.events.emit('kill_switch_changed', { action: 'engage', scope: 'symbol:TSLA', level: 'reduce_only', epoch: 7, reason: 'halted', actor: 'bob' }, '*')
  await vi.waitFor(() => { expect(textOf(element)).toMatch(/symbol:TSLA : Reduce only halted · bob/) })
  server.events.emit('kill_switch_changed', { action: 'release', scope: 'symbol:TSLA', level: 'reduce_only', epoch: 8, reason: 'resumed', actor: 'bob' }, '*')
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is allowed') })
})
