/** What the experiments of one sweep have in common: a name that no other sweep has, on whatever machine it was made. */
import { randomBytes } from 'node:crypto'

/** '20261123-204000-3f9a61': when it was made (UTC), and chance. */
export function newSweepId(now: Date = new Date()): string {
  const stamp = now
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/[-:]/g, '')
    .replace('T', '-')
  return `${stamp}-${randomBytes(3).toString('hex')}`
}
