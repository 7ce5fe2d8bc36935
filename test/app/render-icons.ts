// Renders the PNGs of resources/icons from their SVGs: `node test/app/render-icons.ts`, whenever a drawing changed.
// electron-builder makes the .ico and .icns from them. Not a test: nothing here runs by itself.
import { chromium } from '@playwright/test'
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromiumLaunch } from './chromium.ts'

const folder = fileURLToPath(new URL('../../resources/icons/', import.meta.url))
const sizes = [16, 24, 32, 48, 64, 128, 256, 512, 1024]

const browser = await chromium.launch(chromiumLaunch())
for (const size of sizes) {
  const svg = await readFile(`${folder}${size <= 48 ? 'icon-small' : 'icon'}.svg`, 'utf8')
  const page = await browser.newPage({ viewport: { width: size, height: size } })
  await page.setContent(
    `<style>html,body{margin:0;background:transparent}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`,
  )
  await writeFile(`${folder}${size}x${size}.png`, await page.screenshot({ omitBackground: true }))
  await page.close()
}
await browser.close()
