import { defineConfig, type Options } from 'tsup'
import { libraryOf } from '../../tsup.base.ts'
import { squeezeTemplates } from './squeeze-templates.ts'

const library: Options = {
  ...libraryOf(import.meta.dirname),
  esbuildPlugins: [squeezeTemplates],
  // Words of other languages are not written as escapes, which are twice as long.
  esbuildOptions: (options) => { options.charset = 'utf8' },
}

/** One file for a page without a build: lit and the client are inside. */
export const bundle: Options = {
  ...library,
  entry: { bundle: 'src/define.ts' },
  platform: 'browser',
  minify: true,
  splitting: false,
  clean: false,
  noExternal: [/.*/],
}

export default defineConfig([library, bundle])
