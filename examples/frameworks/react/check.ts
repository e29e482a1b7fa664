import { join } from 'node:path'
import { tryDesk } from '../support/trade-in-browser.ts'

await tryDesk('React', join(import.meta.dirname, 'dist'))
