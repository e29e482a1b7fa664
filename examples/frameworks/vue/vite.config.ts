import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [vue({ template: { compilerOptions: { isCustomElement: (tag) => tag.startsWith('sluice-') } } })],
  // The policy of the desk takes no inline code: nothing is preloaded by script.
  build: { modulePreload: false },
})
