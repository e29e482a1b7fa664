import { defineConfig } from 'vite'

export default defineConfig({
  build: {
    // The policy of the desk takes no inline code: nothing is preloaded by script.
    modulePreload: false,
    // Hydration must come before lit, as `main.ts` has it; chunks are otherwise run in any order.
    rolldownOptions: { output: { strictExecutionOrder: true } },
  },
  // The widgets are linked from outside the app, with a lit of their own: one that installed them leaves this out.
  resolve: { dedupe: ['lit', 'lit-html', 'lit-element', '@lit/reactive-element'] },
})
