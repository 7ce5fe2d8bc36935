// The ways to a lab, each opened over a real lab of its own: directly, over a WebSocket with the face's own client, and
// in the shape of Electron's IPC, where every value is a structured clone and every message has a sender.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { answer } from '../../src-main/answer.ts'
import type { Answer, ElectronBridge, LabEvent, Transport } from '../../src-main/contract.ts'
import { answerIpc } from '../../src-main/electron/calls.ts'
import { FACE_URL } from '../../src-main/electron/origin.ts'
import { openLab, type OpenLab } from '../../src-main/lab/lab.ts'
import { serveLab } from '../../src-main/serve.ts'
import { electronWire } from '../../src-renderer/transport/electron.ts'
import { websocketWire } from '../../src-renderer/transport/websocket.ts'
import { Refusal } from '../../src-renderer/transport/wire.ts'
import { aFace } from './a-face.ts'
import { enter } from './visitor.ts'

export interface OpenWire {
  readonly transport: Transport
  readonly resultsFolder: string
  readonly close: () => Promise<void>
}

/** A real lab with an empty results folder of its own. */
export async function aLab(): Promise<{ lab: OpenLab; resultsFolder: string; close: () => Promise<void> }> {
  const resultsFolder = await mkdtemp(join(tmpdir(), 'apical-contract-'))
  const lab = await openLab({ resultsFolder, host: 'test' })
  return {
    lab,
    resultsFolder,
    close: async () => {
      await lab.close()
      await rm(resultsFolder, { recursive: true, force: true })
    },
  }
}

async function direct(): Promise<OpenWire> {
  const { lab, resultsFolder, close } = await aLab()
  const call = async (name: string, argument: unknown): Promise<unknown> => unwrap(await answer(lab, name, argument))
  return { transport: { call, listen: (listener) => lab.watch(listener) }, resultsFolder, close }
}

async function overWebSocket(): Promise<OpenWire> {
  const { lab, resultsFolder, close } = await aLab()
  const face = await aFace()
  const served = await serveLab(lab, { faceFolder: face.folder, port: 0 })
  const cookie = await enter(served.address)
  const host = `127.0.0.1:${served.port}`
  let socket: WebSocket | undefined
  // What a browser adds by itself; the client is the face's own. It reconnects for ever, so the test ends it.
  const open = (address: string): globalThis.WebSocket => {
    socket = new WebSocket(address, { headers: { cookie, origin: `http://${host}` } })
    return socket as unknown as globalThis.WebSocket
  }
  const transport = websocketWire({ protocol: 'http:', host }, open)
  return {
    transport,
    resultsFolder,
    close: async () => {
      socket?.removeAllListeners()
      socket?.on('error', () => undefined)
      socket?.terminate()
      await served.close()
      await close()
      await face.remove()
    },
  }
}

async function overElectronShape(): Promise<OpenWire> {
  const { lab, resultsFolder, close } = await aLab()
  const sender = { senderFrame: { url: FACE_URL, parent: null } }
  const bridge: ElectronBridge = {
    call: async (name, argument) =>
      structuredClone(await answerIpc(Promise.resolve(lab), sender, name, structuredClone(argument))),
    listen: (listener) =>
      lab.watch((event: LabEvent) => {
        listener(structuredClone(event))
      }),
    pathOf: () => '',
  }
  return { transport: electronWire(bridge), resultsFolder, close }
}

function unwrap(answered: Answer): unknown {
  if ('refusal' in answered) throw new Refusal(answered.refusal)
  return answered.answer
}

export const wires = {
  direct,
  'WebSocket, with the face’s client': overWebSocket,
  'Electron IPC, structured clones': overElectronShape,
}
