import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

test('the client stays small and stands alone: at most 4 kB of gzip', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${import.meta.dirname}/../src/client/index.ts`], bundle: true, minify: true, format: 'esm', platform: 'browser', target: 'es2023', write: false, metafile: true,
  })
  expect(Object.keys(metafile.inputs).filter((path) => !path.includes('/client/'))).toEqual([])
  expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).byteLength).toBeLessThanOrEqual(4096)
})
