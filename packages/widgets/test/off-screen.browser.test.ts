import { afterEach, expect, test, vi } from 'vitest'
import { cleanUp, find, findAll, open, textOf } from './page.ts'

afterEach(() => {
  cleanUp()
  scrollTo(0, 0)
})

test('a log that is scrolled out of sight takes everything in and draws nothing; in sight again it is current', async () => {
  const { element, server, provider } = await open('sluice-order-execution-status', (server) => { server.placed({}) })
  await vi.waitFor(() => { expect(findAll(element, '.rows .row')).toHaveLength(1) })
  const spacer = document.createElement('div')
  spacer.style.height = '4000px'
  provider.before(spacer)
  // Observers of one page are told in one go, in the order in which they began: the log's own is older.
  await new Promise<void>((resolve) => {
    new IntersectionObserver((entries, own) => {
      if (entries.at(-1)?.isIntersecting !== false) return
      own.disconnect()
      resolve()
    }).observe(element)
  })
  let changes = 0
  const observer = new MutationObserver((records) => { changes += records.length })
  observer.observe(find(element, '.rows'), { subtree: true, childList: true, characterData: true, attributes: true })
  for (let filled = 1; filled <= 5; filled += 1) {
    server.events.emit('order_partially_filled', { orderId: 'order-1', filledQuantity: String(filled), leavesQuantity: String(10 - filled), averagePrice: '187.5' })
    await new Promise((resolve) => { setTimeout(resolve, 40) })
  }
  expect(changes).toBe(0)
  element.scrollIntoView()
  await vi.waitFor(() => { expect(textOf(find(element, '.rows .row'))).toContain('5 @ 187.50') })
  expect(changes).toBeGreaterThan(0)
  observer.disconnect()
})
