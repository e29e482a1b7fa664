// `pnpm damage --files N`: tears and flips journals, one place each, and asks `verifyJournal` about every one. The last line is
// `N runs, V violations`; a violation is damage that was not found.
import { parseArgs } from 'node:util'
import { damageRun } from './damage-run.ts'

const say = (text: string): void => { process.stdout.write(`${text}\n`) }

const { values } = parseArgs({ options: { files: { type: 'string', default: '1000' }, seed: { type: 'string', default: 'damage' } } })
const files = Number(values.files)
if (!Number.isSafeInteger(files) || files < 1) throw new RangeError('--files is a whole number from 1 up')

const { found, harmless, missed } = await damageRun(files, values.seed, (done) => {
  if (process.stdout.isTTY) process.stdout.write(`\r${done}/${files} files\u001b[K${done === files ? '\n' : ''}`)
  else if (done % Math.max(1, Math.floor(files / 10)) === 0) say(`${done}/${files} files`)
})
for (const [code, count] of Object.entries(found)) say(`  ${String(count).padStart(5)}  found as ${code}`)
say(`  ${String(harmless).padStart(5)}  harmless: free space and padding, everything reads as it was written`)
for (const what of missed) say(`MISSED: ${what}`)
say(`${files} runs, ${missed.length} violations`)
process.exitCode = missed.length > 0 ? 1 : 0
