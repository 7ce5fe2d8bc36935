/** Opens an address in the person's browser where there is one to be seen; says nothing where there is not. */
import { spawn } from 'node:child_process'

type Environment = Readonly<Record<string, string | undefined>>

/** The program and words that open `address`; null where nobody would see it (continuous integration, no display). */
export function browserCommand(
  address: string,
  platform: NodeJS.Platform,
  environment: Environment,
): readonly [program: string, ...words: string[]] | null {
  if (environment['CI']) return null
  if (platform === 'darwin') return ['open', address]
  // Not `cmd /c start`: a shell would read the '&' and '?' of an address as its own.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler', address]
  return environment['DISPLAY'] || environment['WAYLAND_DISPLAY'] ? ['xdg-open', address] : null
}

/** Tries to; the address has been printed anyway. */
export function openInBrowser(address: string): void {
  const command = browserCommand(address, process.platform, process.env)
  if (command === null) return
  const [program, ...words] = command
  const child = spawn(program, words, { stdio: 'ignore', detached: true })
  child.on('error', () => undefined)
  child.unref()
}
