import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The policy of the desk takes no inline code: nothing is preloaded by script.
export default defineConfig({ plugins: [react()], build: { modulePreload: false } })
