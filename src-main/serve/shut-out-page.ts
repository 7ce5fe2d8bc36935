/** What a person sees who comes without the session's cookie: what happened, and how to get in. Nothing that was asked is in it. */
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const STYLE = `
  :root { color-scheme: light dark; --ground: #f6f4ef; --surface: #fffdf9; --ink: #1d1b26; --ink-2: #5b5768; --line: #e6e1d6; --accent: #6b3fa0 }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #15131c; --surface: #1c1926; --ink: #edeaf4; --ink-2: #b3adc3; --line: #2f2b3d; --accent: #b58cf0 }
  }
  body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', sans-serif }
  main { max-width: 460px; margin: 24px; padding: 24px 28px; border: 1px solid var(--line); border-top: 3px solid var(--accent); border-radius: 8px; background: var(--surface) }
  h1 { margin: 0 0 10px; font-size: 19px; line-height: 1.3 }
  p { margin: 0 0 10px }
  p:last-child { margin: 0; color: var(--ink-2); font-size: 13px }
  code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 13px }
`

export const SHUT_OUT_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Apical: open its link again</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Open the link that Apical printed</h1>
<p>Apical was restarted, or this browser has not been let in yet. The link in its terminal, <code>http://…/?token=…</code>, lets this browser in; there is a new one at every start.</p>
<p>Experiments are kept on disk. Runs that were under way when Apical was closed stopped at a checkpoint and can be resumed.</p>
</main>
</body>
</html>
`

/** Only this one style, and nothing else: no script, no picture, no frame around it. */
export const SHUT_OUT_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Whether a person opened the address, rather than a page or a program one of its files. */
export function isOpenedByPerson({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && (headers.accept ?? '').includes('text/html')
}
