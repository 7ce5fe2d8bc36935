// The browser host's door and its limits, over real sockets with a real lab behind them: what a browser would never
// send, a visitor here does.
import { createHash } from 'node:crypto'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serveLab, ServeProblem, type ServedLab } from '../../src-main/serve.ts'
import type { SocketLimits } from '../../src-main/serve/socket.ts'
import { aFace } from './a-face.ts'
import { enter, knocked, RawSocket, visit } from './visitor.ts'
import { aLab } from './wires.ts'

let lab: Awaited<ReturnType<typeof aLab>>
let face: Awaited<ReturnType<typeof aFace>>
let served: ServedLab
let port = 0
let cookie = ''
let token = ''
const opened: ServedLab[] = []

const serve = async (
  options: { limits?: Partial<SocketLimits>; port?: number; host?: string } = {},
): Promise<ServedLab> => {
  const another = await serveLab(lab.lab, { faceFolder: face.folder, port: 0, ...options })
  opened.push(another)
  return another
}

beforeAll(async () => {
  lab = await aLab()
  face = await aFace()
  served = await serve()
  port = served.port
  cookie = await enter(served.address)
  token = new URL(served.address).searchParams.get('token') ?? ''
})
afterAll(async () => {
  for (const one of opened) await one.close()
  await lab.close()
  await face.remove()
})

describe('the token', () => {
  test('is long, new each time, and asked for once', async () => {
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
    expect(new URL((await serve()).address).searchParams.get('token')).not.toBe(token)
    const reply = await visit(port, `/?token=${token}`)
    expect(reply.status).toBe(303)
    expect(reply.headers.location).toBe('/')
    const [set = ''] = reply.headers['set-cookie'] ?? []
    expect(set).toMatch(/; HttpOnly/)
    expect(set).toMatch(/; SameSite=Strict/)
    // Whoever sees the cookie has not seen the token, and the other way round.
    expect(set).not.toContain(token)
    expect((await visit(port, '/', { cookie })).status).toBe(200)
  })

  test.each(['', 'wrong', 'a'.repeat(43), 'a'.repeat(9000)])('%j is refused', async (wrong) => {
    const reply = await visit(port, `/?token=${wrong}`)
    expect(reply.status).toBe(401)
    expect(reply.headers['set-cookie']).toBeUndefined()
    expect(reply.body).not.toContain('<')
  })

  test('a person without it is told how to get in, by a page that runs nothing and repeats nothing', async () => {
    const accept = 'text/html,application/xhtml+xml'
    const asked = await visit(port, '/?token=<script>wrong</script>', { accept })
    expect(asked.status).toBe(401)
    expect(asked.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(asked.body).toMatch(/Apical was restarted.*link in its terminal/s)
    expect(asked.body).not.toMatch(/script|wrong/)
    expect(asked.body).not.toContain(token)
    expect(asked.headers['set-cookie']).toBeUndefined()
    const style = /<style>(.*)<\/style>/s.exec(asked.body)?.[1] ?? ''
    const hash = createHash('sha256').update(style).digest('base64')
    expect(asked.headers['content-security-policy']).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    )
    // Files and scripts get a line of text, and a foreign page not even this one.
    expect((await visit(port, '/', { accept: '*/*' })).body).not.toContain('<')
    const foreign = await visit(port, '/', { accept, origin: 'http://evil.example' })
    expect([foreign.status, foreign.headers['content-type']]).toEqual([403, 'text/plain; charset=utf-8'])
  })

  test('opens nothing as a cookie, in another path, or with another lab’s cookie', async () => {
    const name = cookie.split('=')[0] ?? ''
    expect((await visit(port, '/', { cookie: `${name}=${token}` })).status).toBe(401)
    expect((await visit(port, `/assets/app.js?token=${token}`)).status).toBe(401)
    const other = await serve()
    expect((await visit(other.port, '/', { cookie: await enter(served.address) })).status).toBe(401)
    // A second lab's cookie has another name, so that one browser can have both open.
    expect((await enter(other.address)).split('=')[0]).not.toBe(name)
  })
})

describe('every request', () => {
  test('without the cookie is refused, page and files alike', async () => {
    for (const path of ['/', '/index.html', '/assets/app.js', '/lab', '/none'])
      expect((await visit(port, path)).status).toBe(401)
  })

  test.each([
    'evil.example',
    'evil.example:80',
    `127.0.0.1.evil.example:4172`,
    'localhost.evil.example',
    '127.0.0.1@evil.example',
    '192.168.1.1',
    '0.0.0.0',
    '[::]',
    '',
    'localhost, evil.example',
    '127.0.0.1:99999999',
  ])('with the Host %j is refused before its token counts', async (host) => {
    for (const path of ['/', `/?token=${token}`]) {
      const reply = await visit(port, path, { host, cookie })
      expect(reply.status).toBeGreaterThanOrEqual(400)
      expect(reply.headers['set-cookie']).toBeUndefined()
    }
  })

  test.each(['localhost', '127.0.0.1', '[::1]', 'LOCALHOST'])(
    'may call this machine %s, at a tunnel’s port too',
    async (name) => {
      for (const host of [name, `${name}:${port}`, `${name}:9000`])
        expect((await visit(port, '/', { host, cookie })).status).toBe(200)
    },
  )

  test.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1',
    'http://127.0.0.1:1',
    'http://localhost',
    'app://apical',
    '',
  ])('with the Origin %j is refused', async (origin) => {
    expect((await visit(port, '/', { origin, cookie })).status).toBe(403)
    expect((await visit(port, `/?token=${token}`, { origin })).status).toBe(403)
  })

  test('of a foreign page for a part of the lab is refused, a link to the lab is not', async () => {
    const foreign = { cookie, 'sec-fetch-site': 'cross-site' }
    const script = { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' }
    expect((await visit(port, '/assets/app.js', { ...foreign, ...script })).status).toBe(403)
    const frame = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'iframe' }
    expect((await visit(port, '/', { ...foreign, ...frame })).status).toBe(403)
    const neighbour = { cookie, 'sec-fetch-site': 'same-site', ...script }
    expect((await visit(port, '/assets/app.js', neighbour)).status).toBe(403)
    const link = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await visit(port, '/', { ...foreign, ...link })).status).toBe(200)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'])(
    'that is %s is refused, with no word of CORS',
    async (method) => {
      const reply = await visit(port, '/', { cookie }, method)
      expect(reply.status).toBe(405)
      expect(Object.keys(reply.headers).filter((header) => header.startsWith('access-control'))).toEqual([])
    },
  )

  test('is answered with the policy, whatever the answer', async () => {
    for (const [path, headers] of [
      ['/', { cookie }],
      ['/none', { cookie }],
      ['/', {}],
    ] as const) {
      const reply = await visit(port, path, headers)
      expect(reply.headers['content-security-policy']).toContain("default-src 'none'")
      expect(reply.headers['content-security-policy']).toContain(`connect-src 'self' ws://127.0.0.1:${port};`)
      expect(reply.headers['x-content-type-options']).toBe('nosniff')
      expect(Object.keys(reply.headers).filter((header) => header.startsWith('access-control'))).toEqual([])
    }
  })

  test.each([
    '/../secret.txt',
    '/..%2f..%2fsecret.txt',
    '/%2e%2e/secret.txt',
    '/assets/../../secret.txt',
    '/..\\secret.txt',
    '//secret.txt',
    '/secret.txt',
    '/assets',
    '/assets/',
    '/index.html/',
    '/%00',
    '/%',
    '/__proto__',
    'http://evil.example/',
  ])('for %s finds nothing', async (path) => {
    const reply = await visit(port, path, { cookie })
    expect([400, 404]).toContain(reply.status)
    expect(reply.body).not.toContain('secret\n')
  })

  test('for a file of the face gets it, HEAD without its bytes', async () => {
    const file = await visit(port, '/assets/app.js', { cookie })
    expect(file).toMatchObject({ status: 200, body: 'export {}' })
    expect(file.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect((await visit(port, '/assets/app.js', { cookie }, 'HEAD')).body).toBe('')
  })
})

describe('a WebSocket', () => {
  test('opens for a page of this lab, and for nobody else', async () => {
    expect(await knocked(port, { headers: { cookie } })).toBe('open')
    expect(await knocked(port, {})).toBe(401)
    expect(await knocked(port, { headers: { cookie: `${cookie}x` } })).toBe(401)
    expect(await knocked(port, { headers: { cookie }, path: '/other' })).toBe(404)
    expect(await knocked(port, { path: `/lab?token=${token}` })).toBe(401)
    expect(await knocked(port, { headers: { cookie, origin: 'http://evil.example' } })).toBe(403)
    expect(await knocked(port, { headers: { cookie, origin: `http://localhost:${port}` } })).toBe(403)
    expect(await knocked(port, { headers: { cookie, origin: 'null' } })).toBe(403)
    expect(await knocked(port, { headers: { cookie, origin: '' } })).toBe(403)
    const rebound = { host: `evil.example:${port}`, origin: `http://evil.example:${port}` }
    expect(await knocked(port, { headers: { cookie, ...rebound } })).toBe(421)
  })

  test('refuses each hostile message and goes on', async () => {
    const socket = await RawSocket.open(port, cookie)
    const hostile: unknown[] = [
      '',
      'hello',
      '{',
      'null',
      '7',
      '[]',
      '"call"',
      '{}',
      { id: 1 },
      { id: '1', call: 'list', argument: {} },
      { id: -1, call: 'list', argument: {} },
      { id: 1.5, call: 'list', argument: {} },
      { id: 1e300, call: 'list', argument: {} },
      { id: 1, call: 7, argument: {} },
      { id: 1, call: 'x'.repeat(101), argument: {} },
      { id: 1, call: 'list', argument: {}, more: 1 },
      '{"id":1,"call":"list","argument":{},"__proto__":{"polluted":true}}',
      '{"id":1,"call":"list","argument":{"__proto__":{"polluted":true}}}',
      `{"id":1,"call":"start","argument":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      '['.repeat(1_000_000),
      `{"id":1,"call":"list","argument":[${'0,'.repeat(500_000)}0]}`,
      '\u0000',
      '\ud800',
      new Uint8Array([0, 1, 2, 255]),
      Buffer.from(JSON.stringify({ id: 1, call: 'list', argument: {} })),
    ]
    for (const message of hostile) {
      socket.send(message)
      const reply = await socket.next((heard) => 'refusal' in heard)
      // A readable id is answered under that id, so that no caller waits for ever.
      const text = typeof message === 'string' ? message : JSON.stringify(message)
      const id = !(message instanceof Uint8Array) && /^\{"id":1[,}]/.test(text) ? 1 : -1
      expect(reply).toMatchObject({ id, refusal: { problems: [] } })
      if ('refusal' in reply)
        expect(`${reply.refusal.message} ${reply.refusal.next}`).toMatch(/^A message .+\. Send .+\.$/)
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    socket.send({ id: 5, call: 'list', argument: {} })
    expect(await socket.answerTo(5)).toEqual({ id: 5, answer: await lab.lab.list({}) })
    socket.socket.close()
  })

  test('closes on a message that is too big; the lab and the others go on', async () => {
    const small = await serve({ limits: { messageBytes: 10_000 } })
    const entered = await enter(small.address)
    const [loud, quiet] = [await RawSocket.open(small.port, entered), await RawSocket.open(small.port, entered)]
    const closed = new Promise<number>((resolve) => loud.socket.on('close', resolve))
    loud.send({ id: 1, call: 'list', argument: { huge: 'x'.repeat(20_000) } })
    await closed
    quiet.send({ id: 2, call: 'list', argument: {} })
    expect(await quiet.answerTo(2)).toHaveProperty('answer')
    quiet.socket.close()
  })

  test('is refused beyond so many, and let in again when one has left', async () => {
    const few = await serve({ limits: { connections: 2 } })
    const headers = { cookie: await enter(few.address) }
    const first = await RawSocket.open(few.port, headers.cookie)
    const second = await RawSocket.open(few.port, headers.cookie)
    expect(await knocked(few.port, { headers })).toBe(503)
    const left = new Promise((resolve) => first.socket.on('close', resolve))
    first.socket.close()
    await left
    expect(await knocked(few.port, { headers })).toBe('open')
    second.socket.close()
  })

  test('that sends too fast is read more slowly, and every message is answered all the same', async () => {
    const count = 60
    const time = async (limits: Partial<SocketLimits>): Promise<number> => {
      const one = await serve({ limits })
      const socket = await RawSocket.open(one.port, await enter(one.address))
      const begun = performance.now()
      for (let id = 0; id < count; id++) {
        socket.send({ id, call: 'noSuchCall', argument: {} })
        // Apart: what arrives as one piece is read as one, and a pause holds only from the next piece on.
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      for (let id = 0; id < count; id++) expect(await socket.answerTo(id)).toHaveProperty('refusal')
      socket.socket.close()
      return performance.now() - begun
    }
    // Fifty beyond the burst at fifty a second: about a second, where the usual limits let all through at once.
    const slow = await time({ messagesPerSecond: 50, burst: 10, callsUnderWay: 1 })
    expect(slow).toBeGreaterThan(2 * (await time({})))
  })
})

describe('the door', () => {
  test('is not filled by those who come and say nothing', async () => {
    const here = await serve()
    const own = await enter(here.address)
    const silent = await Promise.all(
      Array.from({ length: 600 }, async () => {
        const socket = connect(here.port, '127.0.0.1').on('error', () => undefined)
        await once(socket, 'connect')
        return socket
      }),
    )
    expect((await visit(here.port, '/', { cookie: own })).status).toBe(200)
    expect(await knocked(here.port, { headers: { cookie: own } })).toBe('open')
    for (const socket of silent) socket.destroy()
  })

  test('closes also on a page that never says farewell', async () => {
    const here = await serve()
    const { socket } = await RawSocket.open(here.port, await enter(here.address))
    // Nothing that comes is read any more, as in a page that hangs.
    socket.pause()
    await here.close()
    expect((await fetch(here.address).catch(() => null))?.status).toBeUndefined()
    socket.terminate()
  }, 10_000)
})

describe('the address', () => {
  test('is on loopback unless asked for otherwise, which comes with a warning', async () => {
    expect(new URL(served.address).hostname).toBe('127.0.0.1')
    expect(served.warning).toBeNull()
    const open = await serve({ host: '0.0.0.0' })
    expect(open.warning).toMatch(/Other machines can reach this lab/)
    // A foreign name is a foreign name there too: rebinding is no less possible.
    const entered = await enter(open.address)
    expect((await visit(open.port, '/', { cookie: entered })).status).toBe(200)
    expect((await visit(open.port, '/', { cookie: entered, host: 'evil.example' })).status).toBe(421)
    expect((await visit(open.port, '/', { cookie: entered, host: '8.8.8.8' })).status).toBe(421)
  })

  test('of a taken port is refused in words; without a port the next one is taken', async () => {
    await expect(serve({ port })).rejects.toThrow(ServeProblem)
    await expect(serve({ port })).rejects.toThrow(`Port ${port} is taken`)
    const any = await serveLab(lab.lab, { faceFolder: face.folder })
    const next = await serveLab(lab.lab, { faceFolder: face.folder })
    opened.push(any, next)
    expect(next.port).toBeGreaterThan(any.port)
  })

  test('of another machine is refused in words', async () => {
    await expect(serve({ host: '203.0.113.1' })).rejects.toThrow('203.0.113.1 is not an address of this machine')
  })

  test('is free again after closing, though pages were open', async () => {
    const one = await serveLab(lab.lab, { faceFolder: face.folder, port: 0 })
    const socket = await RawSocket.open(one.port, await enter(one.address))
    const gone = new Promise<number>((resolve) => socket.socket.on('close', resolve))
    await one.close()
    expect(await gone).toBe(1001)
    await new Promise<void>((resolve, reject) => {
      const server = createServer().once('error', reject)
      server.listen(one.port, '127.0.0.1', () => server.close(() => resolve()))
    })
  })

  test('is not given where the face is not built', async () => {
    await expect(serveLab(lab.lab, { faceFolder: '/no/such/folder' })).rejects.toThrow('The face is not built')
  })
})
