// Prints `N passed, N failed, N skipped` from vitest's JSON report, and before it what failed. No report, or no test that ran, is a failure.
// Plain JavaScript: it must run on the host's Node even when the install failed.
import { readFileSync } from 'node:fs'

let files = []
try {
  files = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')).testResults
} catch (error) {
  console.error(`There is no test report: ${error.message}`)
}

const statuses = files.flatMap((file) => {
  const own = file.assertionResults.map((test) => test.status)
  // A file that could not be loaded has no tests to fail.
  return file.status === 'failed' && !own.includes('failed') ? [...own, 'failed'] : own
})
// Where a log is cut, its end is what is read: what failed is named again beside the count.
for (const file of files) {
  const tests = file.assertionResults.filter((test) => test.status === 'failed')
  for (const { fullName, failureMessages } of tests) console.error(`\nFAILED ${file.name}: ${fullName}\n${(failureMessages ?? []).join('\n').slice(0, 2000)}`)
  if (file.status === 'failed' && tests.length === 0) console.error(`\nFAILED ${file.name}: ${String(file.message ?? '').slice(0, 2000)}`)
}

const passed = statuses.filter((status) => status === 'passed').length
const failed = statuses.filter((status) => status === 'failed').length
console.log(`${passed} passed, ${failed} failed, ${statuses.length - passed - failed} skipped`)
process.exitCode = passed > 0 && failed === 0 ? 0 : 1
