import { join } from 'node:path'
import { tryDesk } from '../support/trade-in-browser.ts'

await tryDesk('Vue', join(import.meta.dirname, 'dist'))
