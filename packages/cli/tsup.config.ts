import { defineConfig, type Options } from 'tsup'
import { libraryOf } from '../../tsup.base.ts'

const library = libraryOf(import.meta.dirname)
/** The command itself is no entry of the package: `bin` of package.json names it. */
const options: Options = { ...library, entry: { ...(library.entry as Record<string, string>), bin: './src/bin.ts' } }

export default defineConfig(options)
