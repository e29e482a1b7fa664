import '../../src/locales/de.ts'
import '../../src/locales/fr.ts'
import '../../src/locales/ja.ts'
import '../../src/locales/ar.ts'
import { intruders, poison } from './hostile.ts'
import { show, states } from './states.ts'

const query = new URLSearchParams(location.search)
const asked = query.get('state')
const root = document.documentElement
root.lang = query.get('lang') ?? 'en'
root.dir = query.get('dir') ?? (root.lang === 'ar' ? 'rtl' : 'ltr')
root.dataset['scheme'] = query.get('scheme') ?? 'auto'
root.dataset['density'] = query.get('density') ?? ''

function overview(): void {
  const others = (change: Record<string, string>): string => {
    const next = new URLSearchParams(query)
    for (const [name, value] of Object.entries(change)) next.set(name, value)
    return `?${next.toString()}`
  }
  const links = [['light', { scheme: 'light' }], ['dark', { scheme: 'dark' }], ['compact', { density: 'compact' }], ['English', { lang: 'en', dir: 'ltr' }], ['Deutsch', { lang: 'de', dir: 'ltr' }], ['Français', { lang: 'fr', dir: 'ltr' }], ['日本語', { lang: 'ja', dir: 'ltr' }], ['العربية', { lang: 'ar', dir: 'rtl' }]] as const
  const nav = document.createElement('nav')
  for (const [label, change] of links) {
    const link = document.createElement('a')
    link.href = others(change)
    link.textContent = label
    nav.append(link)
  }
  document.body.append(nav)
  for (const { tag, name } of states) {
    const figure = document.createElement('figure')
    const caption = document.createElement('figcaption')
    caption.textContent = `${tag} · ${name}`
    const frame = document.createElement('iframe')
    frame.loading = 'lazy'
    frame.title = caption.textContent
    frame.src = others({ state: `${tag}/${name}` })
    figure.className = tag
    figure.append(caption, frame)
    document.body.append(figure)
  }
}

if (query.has('hostile')) poison()
Object.assign(globalThis, { intruders, stateNames: states.map(({ tag, name }) => `${tag}/${name}`) })

if (asked === null) overview()
else {
  const state = states.find(({ tag, name }) => `${tag}/${name}` === asked)
  const main = document.createElement('main')
  document.body.append(main)
  document.body.className = 'alone'
  if (state === undefined) main.textContent = `There is no state ${asked}.`
  else {
    await show(query.has('hostile') ? { ...state, shows: state.showsHostile ?? state.shows } : state, main, { 'time-zone': 'UTC', ...(query.get('density') === 'compact' && { density: 'compact' }) })
    document.body.dataset['ready'] = ''
  }
}
