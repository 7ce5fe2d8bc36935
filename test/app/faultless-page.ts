// A page whose console has to stay clean: a refused script or style, a failed request or a thrown error is a defect of
// the app, whatever the test at hand looks at.
import type { Browser, BrowserContextOptions, Page } from '@playwright/test'

/** A page at an address, in a context of its own, and what goes wrong in it. */
export async function openFaultless(
  browser: Browser,
  address: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[] }> {
  // axe opens a page of its own beside this one, which a page without a named context does not allow.
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const faults = faultsOf(page)
  await page.goto(address)
  return { page, faults }
}

/** Collects what goes wrong in a page from now on; expect it to stay empty. */
export function faultsOf(page: Page): string[] {
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`))
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') faults.push(`${message.type()}: ${message.text()}`)
  })
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? 'no reason told'
    // What the browser itself gives up when the page is left or loaded again (its own fetch of the icon, say) is no
    // fault of anybody; a host that closes on it, a refusal and a policy have other reasons.
    if (reason !== 'net::ERR_ABORTED') faults.push(`failed: ${request.url()} (${reason})`)
  })
  page.on('request', (request) => {
    // With the network off everything still works: the page asks its own host and nobody else.
    const { protocol, hostname } = new URL(request.url())
    if (protocol !== 'blob:' && protocol !== 'app:' && hostname !== '127.0.0.1')
      faults.push(`elsewhere: ${request.url()}`)
  })
  return faults
}
