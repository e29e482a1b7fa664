import type { Position } from '@sluice/core'
import { afterEach, expect, test, vi } from 'vitest'
import { cleanUp, findAll, open, textOf } from '../../test/page.ts'

afterEach(cleanUp)

const position: Position = {
  account: 'main', broker: 'paper', symbol: 'AAPL', quantity: '120', averagePrice: '184.2', workingBuy: '10', workingSell: '0', mark: '187.42',
  unrealisedProfit: '386.4', realisedProfit: '-12.5',
}
const rows = (element: Element): string[] => findAll(element, 'tbody tr').map(textOf)

test('shows quantities digit for digit, money in hundredths without a float', async () => {
  const { element } = await open('sluice-position-list', (server) => {
    server.positions = [position, { ...position, symbol: 'BTC/USD', quantity: '-0.123456789', realisedProfit: '12345678901234.987654321' }]
  })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(2) })
  expect(rows(element)[0]).toBe('AAPL 120 184.20 187.42 +386.40 -12.50 buy 10')
  expect(rows(element)[1]).toContain('-0.123456789')
  expect(rows(element)[1]).toContain('+12,345,678,901,234.99')
})

test('a fill moves the position at once; a profit that no longer fits it waits for the server', async () => {
  const { element, server } = await open('sluice-position-list', (server) => { server.positions = [position] })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  server.positions = [{ ...position, quantity: '130', averagePrice: '184.5', unrealisedProfit: '379.6', workingBuy: '0' }]
  server.events.emit('position_changed', { broker: 'paper', symbol: 'AAPL', quantity: '130', averagePrice: '184.5', source: 'fill' })
  await vi.waitFor(() => { expect(rows(element)[0]).toMatch(/^AAPL 130 184\.50 187\.42 not known/) })
  await vi.waitFor(() => { expect(rows(element)[0]).toBe('AAPL 130 184.50 187.42 +379.60 -12.50') })
})

test('says when nothing is held', async () => {
  const { element } = await open('sluice-position-list', (server) => { server.positions = [{ ...position, quantity: '0', workingBuy: '0' }] })
  await vi.waitFor(() => { expect(textOf(element)).toContain('Nothing is held') })
})
