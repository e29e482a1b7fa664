// The journal's worker on a disk that is full from the moment a file `<journal>.full` appears: then every commit fails.
import { existsSync } from 'node:fs'
import { StatementSync } from 'node:sqlite'
import { workerData } from 'node:worker_threads'

const { run } = StatementSync.prototype
StatementSync.prototype.run = function runOrFail(this: StatementSync, ...values: readonly unknown[]) {
  if (this.sourceSQL === 'COMMIT' && existsSync(`${(workerData as { readonly keep: string }).keep}.full`)) throw Object.assign(new Error('database or disk is full'), { errcode: 13 })
  return Reflect.apply(run, this, values) as never
}

await import('@sluice/core/sqlite/worker')
