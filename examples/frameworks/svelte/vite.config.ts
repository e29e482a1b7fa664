import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

// The policy of the desk takes no inline code: nothing is preloaded by script.
export default defineConfig({ plugins: [svelte()], build: { modulePreload: false } })
