// Prints every rule of the protocol with its tests: `pnpm docs:rules`.
import { describeRules } from './rule-index.ts'

process.stdout.write(`${describeRules()}\n`)
