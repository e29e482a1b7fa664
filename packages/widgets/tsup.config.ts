import { defineConfig, type Options } from 'tsup'
import { libraryOf } from '../../tsup.base.ts'
import { squeezeTemplates } from './squeeze-templates.ts'

const shared: Options = {
  ...libraryOf(import.meta.dirname),
  esbuildPlugins: [squeezeTemplates],
  // Words of other languages are not written as escapes, which are twice as long.
  esbuildOptions: (options) => { options.charset = 'utf8' },
}

/**
 * A file for each source: whoever takes one element takes its styles and its parts alone, because a bundler leaves out whole
 * files, but no style sheet of a file that it takes.
 */
export const library: Options = {
  ...shared,
  entry: ['src/**/*.ts', '!src/**/*.test.ts'],
  bundle: false,
  splitting: false,
  plugins: [{
    name: 'file-names',
    renderChunk: (code, { map }) => ({ code: code.replaceAll(/(?<=\b(?:from |import |import\()")(\.\.?\/[^"]+)\.ts(?=")/g, '$1.js'), map: map ?? null }),
  }],
}

/** One file for a page without a build: lit and the client are inside. */
export const bundle: Options = {
  ...shared,
  entry: { bundle: 'src/define.ts' },
  platform: 'browser',
  minify: true,
  splitting: false,
  clean: false,
  noExternal: [/.*/],
}

export default defineConfig([library, bundle])
