/** Bell-shaped random numbers for samples that are drawn: with +, × and − alone, so that they are the same on every machine. */
import type { Generator } from '../program/random.ts'

/** Near enough a standard normal number within ±3.47: four uniform ones, of variance 1/12 each. */
export function bell(random: Generator): number {
  const [one, two] = [random.bits(), random.bits()]
  return (((one >>> 16) + (one & 65535) + (two >>> 16) + (two & 65535)) / 65536 - 2) * 1.7320508075688772
}
