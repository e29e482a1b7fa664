// Writes the pages that are made from the guards themselves: `pnpm docs:guards`.
import { writeFileSync } from 'node:fs'
import { guardPages } from './guard-pages.ts'

for (const [path, text] of Object.entries(guardPages())) writeFileSync(new URL(`../../../../${path}`, import.meta.url), text)
