/**
 * Who may come in to a lab served over HTTP: only a page that this very server sent, opened by somebody who holds the
 * token. Checked on every request and on the WebSocket's upgrade alike.
 *
 * Why, dated 2026-11: a server on the loopback address is reachable by every web page the person has open. `Host` stops
 * DNS rebinding (a foreign name that resolves to 127.0.0.1), `Origin` and `Sec-Fetch-Site` stop foreign pages, the token
 * stops other users of the same machine. The address carries the token once; what stays is a cookie that scripts cannot
 * read and other sites cannot send, so the token is in no history, no `Referer` and no screenshot.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { hostname, networkInterfaces } from 'node:os'

/** A refusal before anything was looked at: the status and one sentence. */
export interface Refused {
  readonly status: 401 | 403 | 421
  readonly sentence: string
}

export class Gate {
  /** Stands in the printed address. */
  readonly token = randomBytes(32).toString('base64url')
  /** Another secret than the token: whoever sees one of them has not seen the other. */
  readonly #session = randomBytes(32).toString('base64url')
  readonly #host: string
  #cookie = 'apical'

  constructor(host: string) {
    this.#host = bare(host)
  }

  /** Cookies do not know ports: the name keeps two labs on one machine apart. */
  servesPort(port: number): void {
    this.#cookie = `apical-${port}`
  }

  get setCookie(): string {
    return `${this.#cookie}=${this.#session}; Path=/; HttpOnly; SameSite=Strict`
  }

  isToken(text: string): boolean {
    return equalInConstantTime(text, this.token)
  }

  /** Why a request from elsewhere is refused whatever it holds; null when it may be looked at. */
  refuseForeign(request: IncomingMessage): Refused | null {
    const { host, origin } = request.headers
    if (host === undefined || !this.#isMine(host))
      return { status: 421, sentence: 'This lab does not go by that name; open the address that Apical printed.' }
    if (origin !== undefined && origin !== `http://${host}`)
      return { status: 403, sentence: 'This lab answers its own pages only.' }
    const site = request.headers['sec-fetch-site']
    const opened = request.headers['sec-fetch-mode'] === 'navigate' && request.headers['sec-fetch-dest'] === 'document'
    // A person may follow a link to the lab from anywhere; a foreign page may not load or call anything of it.
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !opened)
      return { status: 403, sentence: 'This lab answers its own pages only.' }
    return null
  }

  /** Why a request without the session's cookie is refused; null when it has it. */
  refuseStranger(request: IncomingMessage): Refused | null {
    const cookies = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim().split('='))
    if (cookies.some(([name, value = '']) => name === this.#cookie && equalInConstantTime(value, this.#session)))
      return null
    return { status: 401, sentence: 'Open the address that Apical printed when it started: it has the token in it.' }
  }

  /** Why a WebSocket is refused; null when it may be opened. Only pages open one, and pages always tell their origin. */
  refuseSocket(request: IncomingMessage): Refused | null {
    const foreign = this.refuseForeign(request)
    if (foreign !== null) return foreign
    if (request.headers.origin === undefined) return { status: 403, sentence: 'A WebSocket must tell its Origin.' }
    return this.refuseStranger(request)
  }

  /**
   * A name that cannot be somebody else's: the loopback names, the host asked for, and where other machines may come in,
   * this machine's own addresses and name. The port does not matter: an `ssh -L` tunnel may come from another one.
   */
  #isMine(header: string): boolean {
    const name = hostOf(header)
    if (name === null) return false
    if (isLoopback(name)) return true
    if (isLoopback(this.#host)) return false
    if (name === this.#host || name === hostname().toLowerCase()) return true
    return (
      isIP(name) !== 0 && Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === name))
    )
  }
}

/** True for the names that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = bare(host)
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'))
}

/** The name in a `Host` header, lower case, without port and brackets; null when it is no plain host. */
function hostOf(header: string): string | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header)
  return match?.[1] === undefined ? null : bare(match[1])
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '').toLowerCase()
}

/** Compares secrets in a time that tells nothing about them; hashing first makes the lengths equal. */
function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
