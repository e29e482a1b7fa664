import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import { defaultClientConditions, defaultServerConditions } from 'vite'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { findChromium } from './scripts/chromium.ts'

/** Sources are tested, never builds: workspace imports resolve to `src` through this condition. */
const source = '@sluice/source'
const root = import.meta.dirname
const folders = ['examples', ...globSync('packages/*', { cwd: root })]

/** As long as `scripts/patience.ts` waits. */
const expect = { poll: { timeout: 25_000, interval: 20 } }

const node: TestProjectConfiguration = {
  resolve: { conditions: [source, ...defaultServerConditions] },
  ssr: { resolve: { conditions: [source, ...defaultServerConditions] } },
  test: {
    name: 'node',
    root,
    include: ['packages/*/{src,test}/**/*.test.ts', 'examples/**/*.test.ts', 'scripts/**/*.test.ts', 'bench/*.test.ts'],
    exclude: ['**/*.browser.test.ts', '**/node_modules/**', 'examples/frameworks/**'],
    // Properties and processes on a machine that is busy elsewhere: a limit that catches what hangs, not what is slow.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect,
    setupFiles: ['scripts/no-wrapper-tier-up.ts', 'scripts/patience.ts', 'scripts/canaries/watch-node.ts'].map((file) => join(root, file)),
  },
}

/** Large dependencies are bundled before the run: found in the middle of it, they make the page reload. */
function heavyDependencies(folder: string): string[] {
  const manifest = join(root, folder, 'package.json')
  if (!existsSync(manifest)) return []
  const { dependencies, devDependencies } = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, object>
  const directives = ['lit/directives/guard.js', 'lit/directives/repeat.js']
  return ['lit', 'axe-core', ...directives].filter((name) => String(name.split('/')[0]) in { ...dependencies, ...devDependencies })
}

/** One project for each folder with browser tests: its root is that folder, so that its own dependencies resolve. */
function browser(folder: string, executablePath: string): TestProjectConfiguration {
  const provider = playwright({
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--force-device-scale-factor=1',
        '--font-render-hinting=none',
      ],
    },
  })
  return {
    root: join(root, folder),
    resolve: { conditions: [source, ...defaultClientConditions] },
    optimizeDeps: { include: heavyDependencies(folder) },
    test: {
      name: `browser:${folder.replace(/^packages\//, '')}`,
      include: ['**/*.browser.test.ts'],
      exclude: ['**/node_modules/**', '**/dist/**'],
      testTimeout: 60_000,
      expect,
      setupFiles: [join(root, 'scripts/patience.ts'), join(root, 'scripts/canaries/watch-page.ts')],
      browser: {
        enabled: true, headless: true, provider, instances: [{ browser: 'chromium' }],
        expect: { toMatchScreenshot: { resolveScreenshotPath: ({ root: folderRoot, testFileDirectory, arg, ext }) => join(folderRoot, testFileDirectory, 'pictures', `${arg}${ext}`) } },
      },
    },
  }
}

const withBrowserTests = folders.filter(
  (folder) => globSync('**/*.browser.test.ts', { cwd: join(root, folder), exclude: ['**/node_modules'] }).length > 0,
)
const chromium = withBrowserTests.length > 0 ? findChromium() : undefined
// vitest reads this file twice; once is enough to say it.
if (withBrowserTests.length > 0 && chromium === undefined && process.env['SLUICE_TOLD'] === undefined) {
  process.env['SLUICE_TOLD'] = '1'
  console.warn('Browser tests are left out: no Chromium was found. Install one, or set CHROMIUM_PATH.')
}

export default defineConfig({
  test: {
    projects: [node, ...(chromium === undefined ? [] : withBrowserTests.map((folder) => browser(folder, chromium)))],
    coverage: { include: ['packages/*/src/**/*.ts'] },
  },
})
