// `pnpm docs:events`: writes the AsyncAPI document from the schemas; a test compares it.
import { writeFileSync } from 'node:fs'
import { asyncApiFile, asyncApiText } from './async-api-file.ts'

writeFileSync(asyncApiFile, asyncApiText())
