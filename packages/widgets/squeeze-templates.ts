import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

function squeezeCss(css: string): string {
  return css.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\s+/g, ' ').replaceAll(/ ?([{};,>]) ?/g, '$1').replaceAll(': ', ':').replaceAll(';}', '}').trim()
}

/**
 * Takes the indentation out of `css` and `html` templates, which a minifier of JavaScript must leave alone. Between tags one
 * space stays: it may be seen.
 */
export function squeeze(source: string): string {
  return source
    .replaceAll(/css`([^`]*)`/g, (_template, css: string) => `css\`${squeezeCss(css)}\``)
    .replaceAll(/>\s*\n\s*</g, '> <')
    .replaceAll(/\n\s+(?=[@?.]?[a-z-]+=["$])/g, ' ')
}

export const squeezeTemplates: Plugin = {
  name: 'squeeze-templates',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]widgets[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({ contents: squeeze(await readFile(path, 'utf8')), loader: 'ts' }))
  },
}
