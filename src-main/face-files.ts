/**
 * The built face as both windowed hosts serve it: a fixed list of files, read once, each with its strict headers.
 * An address is looked up in that list and never joined to a path, so no address can leave the folder.
 */
import { readFile, readdir } from 'node:fs/promises'
import { extname, join } from 'node:path'

interface FaceFile {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly type: string
}

export interface FaceFiles {
  /** The file at a URL's path ('/' is the page); undefined for anything that the build did not make. */
  at(urlPath: string): FaceFile | undefined
}

/** The face has not been built, or its folder is not one. */
export class FaceMissing extends Error {
  override readonly name = 'FaceMissing'
  readonly next = 'Build it with "npm start", which does so when it is missing.'

  constructor(folder: string) {
    super(`The face is not built: expected index.html in ${folder}.`)
  }
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
}

/** Reads the whole build. Symbolic links, dotfiles and kinds of file that the face has no use for are left out. */
export async function readFace(folder: string): Promise<FaceFiles> {
  const files = new Map<string, FaceFile>()
  await readInto(files, folder, '')
  const page = files.get('/index.html')
  if (page === undefined) throw new FaceMissing(folder)
  files.set('/', page)
  return { at: (urlPath) => files.get(urlPath) }
}

/** Folder by folder, since Node's own recursive listing walks into linked folders, wherever they lead. */
async function readInto(files: Map<string, FaceFile>, folder: string, urlFolder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith('.')) continue
    const path = join(folder, entry.name)
    const urlPath = `${urlFolder}/${encodeURIComponent(entry.name)}`
    const type = TYPES[extname(entry.name).toLowerCase()]
    // Both are false for a symbolic link, whatever it points at.
    if (entry.isDirectory()) await readInto(files, path, urlPath)
    else if (entry.isFile() && type !== undefined)
      files.set(urlPath, { bytes: new Uint8Array(await readFile(path)), type })
  }
}

/**
 * What every answer of a windowed host carries. The policy lets a page load its own files and talk to its own host:
 * no inline script, no eval, no other origin, no frame around it. `blob:` images are the figures a person exports.
 */
export function faceHeaders(connect: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "font-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()',
    'Cache-Control': 'no-store',
  }
}
