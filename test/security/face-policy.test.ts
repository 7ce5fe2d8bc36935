// What the face may load and where the window may go, by value: the policy, the origin, the links, the app:// answers.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerFaceRequest } from '../../src-main/electron/face-protocol.ts'
import { isListedLink, PAPER } from '../../src-main/electron/links.ts'
import { isFaceUrl } from '../../src-main/electron/origin.ts'
import { isGranted } from '../../src-main/electron/permissions.ts'
import { faceHeaders, FaceMissing, readFace, type FaceFiles } from '../../src-main/face-files.ts'
import { rules } from '../../src-main/rules/index.ts'

/** What is too generous in a policy, one sentence each. */
function generosity(policy: string): string[] {
  const directives = new Map(policy.split('; ').map((part) => [part.split(' ')[0] ?? '', part.split(' ').slice(1)]))
  const wrong: string[] = []
  const only = (name: string, ...allowed: string[]): void => {
    const given = directives.get(name)
    if (given === undefined) wrong.push(`${name} is not said`)
    for (const source of given ?? []) if (!allowed.includes(source)) wrong.push(`${name} allows ${source}`)
  }
  only('default-src', "'none'")
  only('script-src', "'self'")
  only('style-src', "'self'")
  only('img-src', "'self'", 'blob:')
  only('font-src', "'self'")
  only('connect-src', "'self'", 'ws://127.0.0.1:4172')
  only('base-uri', "'none'")
  only('form-action', "'none'")
  only('frame-ancestors', "'none'")
  for (const name of directives.keys())
    if (!/^(default|script|style|img|font|connect)-src$|^(base-uri|form-action|frame-ancestors)$/.test(name))
      wrong.push(`${name} is new here`)
  return wrong
}

describe('the policy', () => {
  const policy = (connect?: string[]): string => faceHeaders(connect)['Content-Security-Policy'] ?? ''

  test('allows the face its own files and its own host', () => {
    expect(generosity(policy())).toEqual([])
    expect(generosity(policy(['ws://127.0.0.1:4172']))).toEqual([])
  })

  test.each([
    ["script-src 'self'", "script-src 'self' 'unsafe-eval'"],
    ["script-src 'self'", "script-src 'self' 'unsafe-inline'"],
    ["style-src 'self'", "style-src 'self' 'unsafe-inline'"],
    ["script-src 'self'", "script-src 'self' https://cdn.example"],
    ["default-src 'none'; ", ''],
    ["frame-ancestors 'none'", 'frame-ancestors *'],
    ["connect-src 'self'", 'connect-src *'],
  ])('would be caught with %j as %j', (from, to) => {
    expect(policy()).toContain(from)
    expect(generosity(policy().replace(from, to))).not.toEqual([])
  })

  test('comes with nosniff and no frame, no referrer and no cache', () => {
    expect(faceHeaders()).toMatchObject({
      'X-Content-Type-Options': 'nosniff',
      'X-Frame-Options': 'DENY',
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    })
  })
})

describe('the origin', () => {
  test.each(['app://apical/', 'app://apical/#/new', 'app://apical/assets/a.js', 'APP://apical/'])('is %s', (url) => {
    expect(isFaceUrl(url)).toBe(true)
  })

  test.each([
    'app://apical.example/',
    'app://apical@example/',
    'app://me@apical/',
    'app://apical:80/',
    'app:apical',
    'app:///apical',
    'apps://apical/',
    'http://apical/',
    'https://apical/',
    'file:///apical/',
    'about:blank',
    'data:text/html,app://apical/',
    'javascript:0//app://apical/',
    'blob:app://apical/0',
    ' app://apical/',
    '',
  ])('is not %j', (url) => {
    expect(isFaceUrl(url)).toBe(false)
  })
})

describe('links', () => {
  test('of every rule open, and each is https', () => {
    for (const { source } of rules) expect(isListedLink(source.url), source.url).toBe(true)
    expect(isListedLink(PAPER)).toBe(true)
  })

  test.each([
    `${PAPER}/`,
    `${PAPER}?x`,
    PAPER.replace('https', 'http'),
    PAPER.toUpperCase(),
    'https://example.org/',
    'file:///etc/passwd',
    'smb://server/share',
    'ms-msdt:/id',
    '',
  ])('do not open %j', (url) => {
    expect(isListedLink(url)).toBe(false)
  })
})

test('the only permission is to put text on the clipboard', () => {
  expect(isGranted('clipboard-sanitized-write')).toBe(true)
  const others = [
    'clipboard-read',
    'deprecated-sync-clipboard-read',
    'media',
    'geolocation',
    'notifications',
    'openExternal',
  ]
  for (const permission of [...others, 'fileSystem', 'fullscreen', 'display-capture', 'usb', 'unknown', ''])
    expect(isGranted(permission), permission).toBe(false)
})

describe('files of the face', () => {
  let folder = ''
  let face: FaceFiles

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apical-face-'))
    await mkdir(join(folder, 'face/assets/.git'), { recursive: true })
    await writeFile(join(folder, 'secret.txt'), 'secret')
    await writeFile(join(folder, 'face/index.html'), '<!doctype html>')
    await writeFile(join(folder, 'face/assets/a b.js'), '0')
    await writeFile(join(folder, 'face/.env'), 'secret')
    await writeFile(join(folder, 'face/assets/.git/config.json'), 'secret')
    await writeFile(join(folder, 'face/run.sh'), 'secret')
    await symlink(join(folder, 'secret.txt'), join(folder, 'face/link.txt'))
    await symlink(folder, join(folder, 'face/linked'))
    face = await readFace(join(folder, 'face'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('are the build, by name', () => {
    expect(face.at('/')?.type).toBe('text/html; charset=utf-8')
    expect(face.at('/index.html')).toBe(face.at('/'))
    expect(face.at('/assets/a%20b.js')?.type).toBe('text/javascript; charset=utf-8')
  })

  test.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..\\secret.txt',
    '/assets/../../secret.txt',
    '//secret.txt',
    '/link.txt',
    '/linked/secret.txt',
    '/.env',
    '/assets/.git/config.json',
    '/run.sh',
    '/assets',
    '/index.html/',
    '/__proto__',
    '/constructor',
    '',
    '/index.html%00.png',
  ])('are not %j', (path) => {
    expect(face.at(path)).toBeUndefined()
  })

  test('come over app:// with the policy, and nothing else does', async () => {
    const get = (url: string, method = 'GET'): Response => answerFaceRequest(face, { url, method })
    const page = get('app://apical/')
    expect(page.status).toBe(200)
    expect(await page.text()).toBe('<!doctype html>')
    for (const response of [page, get('app://apical/none'), get('app://else/'), get('app://apical/', 'POST')])
      expect(response.headers.get('content-security-policy')).toBe(faceHeaders()['Content-Security-Policy'])
    expect(get('app://apical/../secret.txt').status).toBe(404)
    expect(get('app://else/').status).toBe(403)
    expect(get('app://apical/', 'POST').status).toBe(405)
    expect(await get('app://apical/', 'HEAD').text()).toBe('')
  })

  test('that were never built are a sentence, not a blank window', async () => {
    await expect(readFace(join(folder, 'nowhere'))).rejects.toThrow(FaceMissing)
    await expect(readFace(join(folder, 'face/assets'))).rejects.toThrow(/expected index\.html in .*assets/)
  })
})
