/** Nudging the output towards the label: what every rule with a free and a nudged phase shares. */
import { number, onOff } from './setting.ts'

/** To be spread into a rule's settings. */
export const nudgingSettings = {
  beta: number({
    label: 'Nudging strength',
    symbol: 'β',
    help: 'How strongly the label pulls the output in the nudged phase.',
    above: 0,
    maximum: 100,
    default: 1,
    group: 'dynamics',
  }),
  randomSign: onOff({
    label: 'Random sign of β',
    help: 'Draws the sign of β by a fair coin before every batch, which removes the bias of one-sided nudging.',
    default: true,
    group: 'dynamics',
  }),
}

/** β with the sign of this batch. */
export function signedBeta(s: { readonly beta: number; readonly randomSign: boolean }, sign: number): number {
  return s.beta * (s.randomSign ? sign : 1)
}
