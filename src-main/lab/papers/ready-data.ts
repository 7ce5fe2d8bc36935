/** Which data sets a paper's experiments can be trained on here. */
import type { DataSetCard } from '../../contract.ts'
import type { ReadyData } from '../../paper/plan.ts'

/** @param next what to do about a set that is missing or broken, where the person stands */
export function readyData(cards: readonly DataSetCard[], next: (name: string) => string): ReadyData {
  return (name) => {
    const card = cards.find((one) => one.name === name)
    if (card === undefined)
      return { message: `There is no data set "${name}".`, next: 'Open the paper with a later version.' }
    if (card.state !== 'missing' && card.state !== 'broken') return null
    return { message: `${card.label} is ${card.state} on this machine.`, next: next(name) }
  }
}
