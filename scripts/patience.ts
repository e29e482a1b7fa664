// Runs before every test file. What a test waits for may take as long as a busy machine needs: a limit that catches what hangs, not what is slow.
import { vi } from 'vitest'

/** In ms. */
const LIMIT = 25_000

const { waitFor, waitUntil } = vi
vi.waitFor = (callback, options) => waitFor(callback, { timeout: LIMIT, ...(typeof options === 'number' ? { timeout: options } : options) })
vi.waitUntil = (callback, options) => waitUntil(callback, { timeout: LIMIT, ...(typeof options === 'number' ? { timeout: options } : options) })
