// Writes the page as a server would send it: `dist/index.html` with every widget in a declarative shadow tree.
import '@sluice/widgets/define.js'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { render } from '@lit-labs/ssr'
import { collectResult } from '@lit-labs/ssr/lib/render-result.js'
import { desk } from './desk.ts'

const file = join(import.meta.dirname, '../dist/index.html')
writeFileSync(file, readFileSync(file, 'utf8').replace('<!--desk-->', await collectResult(render(desk()))))
