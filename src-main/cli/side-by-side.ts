/** `--side-by-side`: when members of a sweep share a session of the engine. */
import { chooseEngine } from '../engines/index.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { joiningOn, type Joining, SIDE_BY_SIDE, type SideBySide } from '../lab/runs.ts'
import type { Words } from './command.ts'

export const SIDE_BY_SIDE_OPTION = {
  name: 'side-by-side',
  value: SIDE_BY_SIDE.join('|'),
  help: 'members of a sweep in one session of the engine: where it is quicker (auto), always, or never',
}

export function sideBySideIn(words: Words): SideBySide {
  return words.choice('side-by-side', SIDE_BY_SIDE) ?? 'auto'
}

/** Which members of a sweep train side by side on that engine. @throws EngineProblem when it cannot be used */
export async function joinsOn(name: Experiment['engine']['name'], asked: SideBySide): Promise<Joining> {
  const { engine } = await chooseEngine(name)
  const availability = await engine.available()
  return joiningOn(asked, { name: engine.name, gpu: availability.available && availability.gpu === true })
}
