import { join } from 'node:path'
import type { NextConfig } from 'next'

const config: NextConfig = {
  // Loaded by Node as they are: a bundler has nothing to add to them.
  serverExternalPackages: ['@sluice/core', '@sluice/http'],
  // The API answers for each of its addresses itself.
  skipTrailingSlashRedirect: true,
  // Only here, where the packages are linked from outside the app: an app that installed them leaves this out.
  turbopack: { root: join(import.meta.dirname, '../../..') },
}

export default config
