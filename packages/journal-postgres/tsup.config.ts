import { defineConfig, type Options } from 'tsup'
import { libraryOf } from '../../tsup.base.ts'

const options: Options = libraryOf(import.meta.dirname)

export default defineConfig(options)
