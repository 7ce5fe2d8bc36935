/** One message of the window to the lab: the sender is judged first, then the call as on every other wire. */
import { answer, refusal } from '../answer.ts'
import type { Answer, Lab } from '../contract.ts'
import { isFaceUrl } from './origin.ts'

/** What Electron tells of a message's sender, as far as it is looked at. */
interface Sender {
  /** Null when the frame has gone since it sent. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/** Answers a call that came over IPC. Never rejects: an error would reach the page without its fields. */
export async function answerIpc(lab: Promise<Lab>, sender: Sender, call: unknown, argument: unknown): Promise<Answer> {
  const { senderFrame } = sender
  // Only the page itself: a frame inside it would be somebody else's document.
  if (senderFrame === null || !isFaceUrl(senderFrame.url) || senderFrame.parent !== null)
    return { refusal: refusal('This lab answers its own window only.', 'Use the lab from the window of Apical.') }
  if (typeof call !== 'string')
    return { refusal: refusal('A call came without a name.', 'Send a name of the contract and its argument.') }
  try {
    return await answer(await lab, call, argument)
  } catch {
    // The lab did not open; the window is told by a dialog and is about to close.
    return { refusal: refusal('The lab is not open.', 'Start Apical again.') }
  }
}
