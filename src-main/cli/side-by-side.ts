/** `--side-by-side`: when members of a sweep share a session of the engine. */
import { chooseEngine } from '../engines/index.ts'
import type { Experiment } from '../experiment/experiment.ts'
import { SIDE_BY_SIDE, type SideBySide, trainsSideBySide } from '../lab/runs.ts'
import type { Words } from './command.ts'

export const SIDE_BY_SIDE_OPTION = {
  name: 'side-by-side',
  value: SIDE_BY_SIDE.join('|'),
  help: 'members of a sweep in one session of the engine: on a graphics card (auto), always, or never',
}

export function sideBySideIn(words: Words): SideBySide {
  return words.choice('side-by-side', SIDE_BY_SIDE) ?? 'auto'
}

/** Whether members of a sweep train side by side on that engine. @throws EngineProblem when it cannot be used */
export async function joinsOn(name: Experiment['engine']['name'], asked: SideBySide): Promise<boolean> {
  const { engine } = await chooseEngine(name)
  const availability = await engine.available()
  return trainsSideBySide(asked, { name: engine.name, gpu: availability.available && availability.gpu === true })
}
