/** Answers `app://apical/…` with the files of the build and nothing else. */
import { faceHeaders, type FaceFiles } from '../face-files.ts'
import { isFaceUrl } from './origin.ts'

export function answerFaceRequest(face: FaceFiles, request: Pick<Request, 'url' | 'method'>): Response {
  const headers = faceHeaders()
  if (!isFaceUrl(request.url)) return new Response('This window shows the lab only.\n', { status: 403, headers })
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return new Response('The face is read with GET.\n', { status: 405, headers: { ...headers, Allow: 'GET, HEAD' } })
  const file = face.at(new URL(request.url).pathname)
  if (file === undefined) return new Response('The face has no such file.\n', { status: 404, headers })
  const body = request.method === 'HEAD' ? null : file.bytes
  return new Response(body, { status: 200, headers: { ...headers, 'Content-Type': file.type } })
}
