// A fake Alpaca in a process of its own, so that its cost is not counted as the client's. Prints where it listens; ends with its parent.
import { startFakeAlpaca } from '@sluice/adapter-alpaca/testing'

const fake = await startFakeAlpaca({ rateLimit: 100_000_000, cash: '1000000000' })
console.log(JSON.stringify({ url: fake.url, keyId: fake.keyId, secretKey: fake.secretKey }))
process.stdin.resume().once('end', () => { process.exit(0) })
