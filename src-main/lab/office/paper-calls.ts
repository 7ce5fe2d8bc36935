/** Papers: shown as this lab has them, filled by what is missing, opened, made and removed. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Lab, PaperCard, PaperState } from '../../contract.ts'
import { forecastExperiment } from '../../experiment/forecast.ts'
import { ruleNamed } from '../../rules/index.ts'
import type { Paper } from '../../paper/paper.ts'
import { planOf, type ReadyData, type Task } from '../../paper/plan.ts'
import { RunsByQuestion } from '../../paper/row-seeds.ts'
import { paperOfRuns, slug } from '../../paper/save.ts'
import { shippedPaper } from '../../paper/shipped.ts'
import { missingOf, paperState } from '../../paper/state.ts'
import type { TrainedRun } from '../../paper/trained.ts'
import { describeDataSets } from '../datasets.ts'
import { Papers, readPaper, readyData, shippedRuns, trainedRunOf, trainedRuns, type KnownRuns } from '../papers.ts'
import { LabProblem } from '../problem.ts'
import { findRun, readRecordInTurns } from '../results.ts'
import type { FolderParts } from './folder-parts.ts'

type PaperCalls = 'papers' | 'paper' | 'paperState' | 'runPaper' | 'openPaper' | 'savePaper' | 'forgetPaper'

export function paperCalls(
  { root, results, dataFolder, rows, pages, samples, speeds }: FolderParts,
  runs: Pick<Lab, 'start' | 'resume'>,
): Pick<Lab, PaperCalls> {
  const papers = new Papers(results)
  const known: KnownRuns = new Map()

  const labRuns = async (paper: Paper): Promise<readonly TrainedRun[]> => {
    const listed = (await pages.page(undefined, undefined)).map((row) => rows.seenFromHere(row))
    return trainedRuns(results, listed, paper, known)
  }

  const ready = async (): Promise<ReadyData> => readyData(await describeDataSets(dataFolder), () => 'Get it on Data.')

  /** Of an experiment as large as the task; what is left of a run that goes on is its share. */
  const secondsOf = ({ experiment, resume }: Task, run: TrainedRun | undefined): readonly [number, number] | null => {
    const speed = speeds.of(experiment)
    const seconds = speed && forecastExperiment(experiment, speed.secondsPerFlop).seconds
    if (speed === null || seconds === null) return null
    const taken = run?.seeds.filter(({ seed }) => experiment.seeds.includes(seed)) ?? []
    const done = taken.reduce((sum, { epochs }) => sum + (epochs.at(-1) ?? 0), 0)
    const left = resume === null ? 1 : Math.max(0, 1 - done / (resume.epochs * Math.max(1, taken.length)))
    const doubt = doubtOf(speed)
    return [(seconds * left) / doubt, seconds * left * doubt]
  }

  const forecastOf = (lab: readonly TrainedRun[]): ((task: Task) => readonly [number, number] | null) => {
    const found = new Map<string, readonly [number, number] | null>()
    return (task) => {
      const key = JSON.stringify([task.row, task.resume, task.experiment.seeds])
      if (!found.has(key))
        found.set(
          key,
          secondsOf(
            task,
            lab.find(({ id }) => id === task.resume?.run),
          ),
        )
      return found.get(key) ?? null
    }
  }

  return {
    papers: async () => papers.list().map(cardOf),

    paper: async ({ id }) => papers.find(id),

    paperState: async ({ id }): Promise<PaperState> => {
      const paper = papers.find(id)
      const lab = await labRuns(paper)
      const readyHere = await ready()
      await nextTurn()
      const secondsOfTask = forecastOf(lab)
      const exhibits = paperState(paper, lab, shippedRuns(root, id), { ready: readyHere, secondsOf: secondsOfTask })
      const all = planOf(paper, paper.exhibits, new RunsByQuestion(lab), readyHere)
      return { exhibits, missing: missingOf(all, secondsOfTask) }
    },

    runPaper: async ({ id, exhibits }) => {
      const paper = papers.find(id)
      const wanted = exhibits.map((one) => requireExhibit(paper, one))
      const plan = planOf(paper, wanted, new RunsByQuestion(await labRuns(paper)), await ready())
      const [obstacle] = plan.obstacles
      if (plan.tasks.length === 0 && obstacle !== undefined) throw new LabProblem(obstacle.message, obstacle.next)
      const started: string[] = []
      for (const { experiment, resume } of plan.tasks) {
        if (resume === null) started.push((await runs.start({ experiment })).id)
        else {
          await runs.resume({ id: resume.run, ...(resume.longer ? { epochs: resume.epochs } : {}) })
          started.push(resume.run)
        }
      }
      return { ids: started }
    },

    openPaper: async ({ value }) => cardOf(papers.keep(readPaper(value))),

    savePaper: async ({ title, authors, runs: chosen }) => {
      const saved = []
      for (const { id, label } of chosen) {
        const record = await readRecordInTurns(samples.folderOf(id) ?? findRun(results, id))
        if (!record.seeds.some(({ epochs }) => epochs.length > 0))
          throw new LabProblem(`"${record.row.name}" has no result yet.`, 'Leave it out, or wait for its first epoch.')
        saved.push({ run: trainedRunOf(record), label })
      }
      const measures = saved.flatMap(({ run }) => ruleNamed(run.experiment.rule.name)?.measures ?? [])
      const labelOf = (name: string): string => measures.find((measure) => measure.name === name)?.label ?? name
      const paper = paperOfRuns(saved, { id: freeId(papers, title), title, authors, labelOf })
      return { card: cardOf(papers.keep(paper)), paper }
    },

    forgetPaper: async ({ id }) => {
      papers.forget(id)
      return null
    },
  }
}

function cardOf({ id, title, authors, source, exhibits }: Paper): PaperCard {
  return { id, title, authors, source, exhibits: exhibits.length, own: id !== shippedPaper().id }
}

/** By what factor a forecast may be off, to either side: a run of this network repeats itself, a benchmark is of another. */
function doubtOf({ basis, ofNetwork }: NonNullable<ReturnType<FolderParts['speeds']['of']>>): number {
  if (!ofNetwork) return 1.5
  return basis === 'run' ? 1.08 : 1.2
}

function freeId(papers: Papers, title: string): string {
  const base = slug(title)
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base.slice(0, 76)}-${n}`
    if (!papers.has(id)) return id
  }
}

/** @throws LabProblem when the paper has none of that name */
function requireExhibit(paper: Paper, id: string): Paper['exhibits'][number] {
  const found = paper.exhibits.find((exhibit) => exhibit.id === id)
  if (found !== undefined) return found
  throw new LabProblem(`"${paper.title}" has no exhibit "${id}".`, 'Choose one of its list.')
}
