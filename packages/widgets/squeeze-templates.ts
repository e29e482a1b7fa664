import { readFile } from 'node:fs/promises'
import type { Options } from 'tsup'
import { hashOf } from './src/language/hash.ts'

type Plugin = NonNullable<Options['esbuildPlugins']>[number]

function squeezeCss(css: string): string {
  return css.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\s+/g, ' ').replaceAll(/ ?([{};,>]) ?/g, '$1').replaceAll(': ', ':').replaceAll(';}', '}').replaceAll(/([ :,(])0\.(?=\d)/g, '$1.').replaceAll(/#([0-9a-f])\1([0-9a-f])\2([0-9a-f])\3\b/g, '#$1$2$3').trim()
}

/**
 * Takes the indentation out of `css` and `html` templates, which a minifier of JavaScript must leave alone. Between tags one
 * space stays: it may be seen.
 */
function squeeze(source: string): string {
  return source
    .replaceAll(/css`([^`]*)`/g, (_template, css: string) => `css\`${squeezeCss(css)}\``)
    .replaceAll(/([>}])[^\S\n]*\n\s*(?=<|\$\{)/g, '$1 ')
    .replaceAll(/\n\s+(?=[@?.]?[a-z-]+=["$])/g, ' ')
}

/** Dictionaries are shipped by the hashes of their English texts, which the widgets say themselves. */
function squeezeWords(source: string): string {
  return source.replaceAll(/^ {2}(?:'((?:[^'\\]|\\.)*)'|(\w+)): (?=')/gm, (_entry, quoted: string | undefined, bare: string | undefined) => `  ${hashOf(quoted?.replaceAll("\\'", "'") ?? bare ?? '')}: `)
}

/** A source of the widgets as it is shipped. */
export async function squeezed(path: string): Promise<string> {
  const source = await readFile(path, 'utf8')
  return /[\\/]locales[\\/]/.test(path) ? squeezeWords(source) : squeeze(source)
}

export const squeezeTemplates: Plugin = {
  name: 'squeeze-templates',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]widgets[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({ contents: await squeezed(path), loader: 'ts' }))
  },
}
