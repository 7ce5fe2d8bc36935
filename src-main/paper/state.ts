/** A whole paper as this lab has it: data in, data out. */
import type { Experiment } from '../experiment/experiment.ts'
import { curveState, type CurveState } from './curves.ts'
import type { Exhibit, Paper, PaperRow } from './paper.ts'
import { planOf, type Obstacle, type Plan, type ReadyData, type Task } from './plan.ts'
import { RunsByQuestion } from './row-seeds.ts'
import { rowState, type PaperVerdict, type RowState } from './row-state.ts'
import { experimentOf } from './rows.ts'
import type { TrainedRun } from './trained.ts'
import { countsOf } from './words.ts'

export interface ExhibitState {
  readonly id: string
  /** In the order of the exhibit's own. */
  readonly curves: readonly CurveState[]
  /** Every row of it once, in order. */
  readonly rows: readonly RowState[]
  /** How often each verdict is given, over curves, or over the rows of a table. */
  readonly verdicts: Readonly<Partial<Record<PaperVerdict, number>>>
  readonly missing: Missing
}

export interface Missing {
  /** Experiments to start or to resume, and networks to train in them. */
  readonly experiments: number
  readonly runs: number
  /** From this machine's own measured speed, at the quickest and at the slowest; null until something was measured. */
  readonly seconds: readonly [number, number] | null
  /** The first of them of which no speed is known; null where that of all is. */
  readonly untimed: Experiment | null
  readonly underWay: number
  readonly obstacles: readonly Obstacle[]
}

/** How long a task takes here, at the quickest and at the slowest; null where that is not known. */
type SecondsOf = (task: Task) => readonly [number, number] | null

export function paperState(
  paper: Paper,
  lab: readonly TrainedRun[],
  shipped: readonly TrainedRun[],
  { ready, secondsOf }: { readonly ready: ReadyData; readonly secondsOf: SecondsOf },
): readonly ExhibitState[] {
  const runs = new RunsByQuestion(lab)
  const evidence = new RunsByQuestion(shipped)
  const rows = new Map(paper.rows.map((row) => [row.id, row]))
  const known = new Map<string, RowState>()
  const matching = (row: PaperRow): readonly [readonly TrainedRun[], readonly TrainedRun[]] => {
    const experiment = experimentOf(row)
    return experiment === null ? [[], []] : [runs.of(experiment), evidence.of(experiment)]
  }
  const stateOf = (row: PaperRow, part: 'test' | 'train'): RowState => {
    const key = `${part} ${row.id}`
    const found = known.get(key) ?? rowState(row, ...matching(row), part)
    known.set(key, found)
    return found
  }
  return paper.exhibits.map((exhibit) => {
    const curves = exhibit.curves.flatMap((curve) => {
      const row = rows.get(curve.row)
      return row === undefined ? [] : [curveState(exhibit, curve, row, ...matching(row))]
    })
    const part = exhibit.quantity === 'train' ? 'train' : 'test'
    const states = rowsOf(exhibit).flatMap((id) => {
      const row = rows.get(id)
      return row === undefined ? [] : [stateOf(row, part)]
    })
    return {
      id: exhibit.id,
      curves,
      rows: states,
      verdicts: countsOf((curves.length > 0 ? curves : states).map(({ verdict }) => verdict)),
      missing: missingOf(planOf(paper, [exhibit], runs, ready), secondsOf),
    }
  })
}

export function rowsOf({ curves, rows }: Exhibit): readonly string[] {
  return [...new Set([...curves.map(({ row }) => row), ...rows])]
}

export function missingOf({ tasks, underWay, obstacles }: Plan, secondsOf: SecondsOf): Missing {
  const each = tasks.map((task) => ({ task, seconds: secondsOf(task) }))
  const untimed = each.find(({ seconds }) => seconds === null)?.task.experiment ?? null
  const sum = (end: 0 | 1): number => each.reduce((total, { seconds }) => total + (seconds?.[end] ?? 0), 0)
  return {
    experiments: tasks.length,
    runs: tasks.reduce((total, { experiment }) => total + experiment.seeds.length, 0),
    seconds: untimed === null ? [sum(0), sum(1)] : null,
    untimed,
    underWay,
    obstacles,
  }
}
