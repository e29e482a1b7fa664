import { join } from 'node:path'
import { tryDesk } from '../support/trade-in-browser.ts'

await tryDesk('Svelte', join(import.meta.dirname, 'dist'))
