/** The paper that comes with Apical: every figure and table of Bozkurt et al. 2023 and of its released code. */
import file from '../../resources/paper.json' with { type: 'json' }
import { Paper } from './paper.ts'

let shipped: Paper | null = null

export function shippedPaper(): Paper {
  return (shipped ??= Paper.parse(file))
}
