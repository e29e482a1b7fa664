import { join } from 'node:path'
import { tryDesk } from '../support/trade-in-browser.ts'

const bundle = join(import.meta.dirname, '../../../packages/widgets/dist/bundle.js')
await tryDesk('Plain HTML', import.meta.dirname, { aliases: { '/sluice-widgets.js': bundle } })
