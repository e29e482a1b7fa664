import { afterEach, expect, test, vi } from 'vitest'
import { addLocale } from '../src/language/language.ts'
import { cleanUp, findAll, open } from './page.ts'

afterEach(cleanUp)

/** Numbers that a small mistake in the layout cuts off. */
const wide = { symbol: 'BTC/USD', side: 'sell_short', quantity: '1250000.25', limitPrice: '96412.5', status: 'partially_filled', filledQuantity: '20000', averagePrice: '96412.5' } as const

test.each([320, 360, 520, 540, 640, 700, 900])('in %s pixels every row shows its buttons, and no time, quantity or price is cut off', async (width) => {
  for (const locale of ['en', 'ar']) {
    addLocale(locale, {})
    const { element } = await open('sluice-order-execution-status', (server) => {
      server.placed({})
      server.placed(wide)
    })
    element.locale = locale
    element.style.inlineSize = `${width}px`
    await vi.waitFor(() => { expect(findAll(element, '.rows .row')).toHaveLength(2) })
    // A table that is wider than its place is scrolled to; below 640 pixels there is none.
    const edge = width > 640 ? findAll(element, '[role=table]')[0]! : element
    const { left, right } = edge.getBoundingClientRect()
    for (const button of findAll(element, '.rows button')) {
      const box = button.getBoundingClientRect()
      expect([box.left >= left, box.right <= right, box.width >= 24], `${button.className} at ${box.left} to ${box.right} of ${left} to ${right}`).toEqual([true, true, true])
    }
    const cut = findAll(element, '.rows .cell:is(.time, .quantity, .price, .symbol, .side-cell)').filter((cell) => cell.scrollWidth > cell.clientWidth)
    expect(cut.map((cell) => cell.textContent)).toEqual([])
    cleanUp()
  }
})
