/** The only addresses outside that the window may hand to the person's browser: those that the lab itself shows. */
import { rules } from '../rules/index.ts'

const ALLOWED: ReadonlySet<string> = new Set(rules.map((rule) => rule.source.url))

/** The paper that the lab is about. */
export const PAPER = 'https://arxiv.org/abs/2306.04810'

/** True for a listed https address, character by character; nothing is parsed, completed or decoded. */
export function isListedLink(url: string): boolean {
  return url.startsWith('https://') && ALLOWED.has(url)
}
