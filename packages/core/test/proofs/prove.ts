// `pnpm prove NAME [--size N] [--seed S]` runs one of the proofs of the test suite at any size; without a name it lists them.
import { parseArgs } from 'node:util'
import { killDurability } from './kill-durability.ts'
import { interleavings } from './kill-interleaving.ts'
import { orderStorm } from './order-storm.ts'
import { slicingStorm } from './slicing-storm.ts'

interface Proof {
  readonly says: string
  readonly size: number
  /** Violations, and what else is worth knowing. */
  run(size: number, seed: string, progress: (done: number) => void): Promise<{ readonly violations: number; readonly detail: object }>
}

const proofs: Readonly<Record<string, Proof>> = {
  orders: {
    says: 'random concurrent orders: none sent over the limit, no reservation leaked (I4)', size: 10_000_000,
    run: async (size, seed, progress) => {
      const detail = orderStorm(seed, size, 'check-and-reserve', progress)
      return { violations: detail.breaches + detail.leaks, detail }
    },
  },
  slicing: {
    says: 'random slicings, amends and cancel-replaces: neither the un-approved threshold of a symbol nor that of the account is reached (I6)', size: 1_000_000,
    run: async (size, seed, progress) => {
      const detail = slicingStorm(seed, size, undefined, progress)
      return { violations: detail.breaches + detail.accountBreaches, detail }
    },
  },
  interleavings: {
    says: 'random interleavings with an engage: no write after it that its level forbids (I5)', size: 100_000,
    run: async (size, seed, progress) => {
      const detail = await interleavings(size, Number(seed) || 1, undefined, progress)
      return { violations: detail.failed ? 1 : 0, detail }
    },
  },
  kills: {
    says: 'SIGKILL while engaging: what was called durable is engaged after the restart (F1)', size: 1000,
    run: async (size, seed, progress) => {
      const { durable, lost } = await killDurability(size, seed, { progress })
      return { violations: lost.length, detail: { durable, lost } }
    },
  },
}

const { positionals: [name], values } = parseArgs({ allowPositionals: true, options: { size: { type: 'string' }, seed: { type: 'string', default: '1' } } })
const proof = name === undefined ? undefined : proofs[name]
if (proof === undefined) {
  if (name !== undefined) {
    process.stderr.write(`There is no proof "${name}".\n`)
    process.exitCode = 1
  }
  for (const [known, { says, size }] of Object.entries(proofs)) process.stdout.write(`pnpm prove ${known} [--size ${size}] [--seed S]\n    ${says}\n`)
} else {
  const size = values.size === undefined ? proof.size : Number(values.size)
  if (!Number.isSafeInteger(size) || size < 1) throw new RangeError('--size must be a positive whole number')
  const step = Math.max(1, Math.floor(size / 20))
  let shown = 0
  const { violations, detail } = await proof.run(size, values.seed, (done) => {
    if (done < shown + step) return
    shown = done
    process.stderr.write(`${done} of ${size}\n`)
  })
  process.stdout.write(`${JSON.stringify(detail)}\n`)
  process.stdout.write(`${size} runs, ${violations} violations\n`)
  if (violations > 0) process.exitCode = 1
}
