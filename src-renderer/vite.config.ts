import { svelte } from '@sveltejs/vite-plugin-svelte'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Relative addresses, so that one build serves both app:// and the browser host.
  base: './',
  plugins: [svelte()],
  build: {
    outDir: '../build/face',
    emptyOutDir: true,
    target: 'es2024',
    // The content security policy allows no inline data: a data: URL would be refused at run time.
    assetsInlineLimit: 0,
    // Vite's preload polyfill is an inline script, which the policy refuses as well; every host here has the real thing.
    modulePreload: { polyfill: false },
    sourcemap: true,
    // jsPDF would load these to turn web pages and SVG files into PDF, which nothing here asks of it.
    rolldownOptions: {
      external: ['html2canvas', 'canvg'],
      // How long a build takes says something of the machine that builds, and nothing of what is built.
      checks: { bundlerTimings: false },
    },
    reportCompressedSize: false,
  },
})
