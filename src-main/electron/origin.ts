/** The one origin that the desktop window knows, and the test that everything else fails. */

export const FACE_SCHEME = 'app'
const FACE_HOST = 'apical'
export const FACE_URL = `${FACE_SCHEME}://${FACE_HOST}/`

/** True for addresses of the face itself. Compared part by part: `app://apical.example` and `app:apical` are not it. */
export function isFaceUrl(text: string): boolean {
  const url = URL.parse(text)
  return (
    url?.protocol === `${FACE_SCHEME}:` &&
    url.host === FACE_HOST &&
    url.username === '' &&
    url.password === '' &&
    text.toLowerCase().startsWith(FACE_URL)
  )
}
