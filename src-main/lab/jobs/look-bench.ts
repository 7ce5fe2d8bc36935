/**
 * Where looks into trained networks are done, in a process that stays: data sets, weights and the session of a drawing lie
 * ready for the next question, which comes while a pen moves.
 */
import { boundary } from '../../analysis/boundary.ts'
import { Drawing } from '../../analysis/draw.ts'
import { fieldsPage, layerFields, type LayerFields } from '../../analysis/fields.ts'
import { scope } from '../../analysis/scope.ts'
import { layersOf, samplesOf, survey, type Survey } from '../../analysis/survey.ts'
import type { TrainedNetwork } from '../../analysis/trained-network.ts'
import { weightSpread } from '../../analysis/weight-spread.ts'
import type { DataSet } from '../../data/data-set.ts'
import type { Experiment } from '../../experiment/experiment.ts'
import type { LookAnswer, LookAsk, NetworkChoice } from '../../experiment/look.ts'
import { networkStamp, readNetwork } from '../results.ts'
import { testData, trainedNetwork } from './run-network.ts'

export interface Look {
  readonly folder: string
  readonly dataFolder: string | null
  readonly network: NetworkChoice
  readonly ask: LookAsk
}

/** One thing of which the latest is kept, under what it depends on. */
class Kept<T> {
  #key: string | null = null
  #value: Promise<T> | null = null
  readonly #dispose: (value: T) => void

  constructor(dispose: (value: T) => void = () => undefined) {
    this.#dispose = dispose
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    if (this.#key === key && this.#value !== null) return this.#value
    void this.#value?.then(this.#dispose, () => undefined)
    const value = make()
    this.#key = key
    this.#value = value
    // What could not be had now may be there the next time.
    value.catch(() => {
      if (this.#value === value) this.#key = null
    })
    return value
  }
}

export class LookBench {
  readonly #data = new Kept<DataSet>()
  readonly #network = new Kept<TrainedNetwork>()
  readonly #drawing = new Kept<Drawing>((drawing) => {
    drawing.close()
  })
  readonly #survey = new Kept<Survey>()
  readonly #fields = new Kept<LayerFields>()

  /** @throws LabProblem, DataProblem, EngineProblem, RangeError: what is asked for is not there */
  async answer({ folder, dataFolder, network: choice, ask }: Look): Promise<LookAnswer> {
    // Weights alone are read for this, of several epochs; it needs no engine and no data.
    if (ask.kind === 'weights') return weightSpread(epochsOf(folder, choice, ask.epochs))
    const key = [folder, choice.seed, choice.epoch, networkStamp(folder, choice)].join('\n')
    const trained = await this.#network.get(key, () => trainedNetwork(folder, choice))
    const data = await this.#dataOf(trained.experiment, dataFolder)
    switch (ask.kind) {
      case 'ready':
        return { epoch: trained.network.position.epoch }
      case 'scope':
        return scope({ ...trained, ...ask, data })
      case 'boundary':
        return boundary({ ...trained, ...ask, data })
      case 'draw': {
        const { test, classNames } = data
        const drawing = await this.#drawing.get(key, () => Drawing.open({ ...trained, test, classNames }))
        return drawing.see(Buffer.from(ask.pixels, 'base64'), () => performance.now())
      }
      case 'fields': {
        const { network } = trained
        const fields = await this.#fields.get(`${key}\n${ask.layer}`, async () => layerFields(network, ask.layer))
        // Without need for classes nothing is classified, which takes seconds.
        const seen = ask.sort === 'selectivity' ? await this.#surveyOf(key, trained, data) : null
        return fieldsPage(fields, ask, data, network.position.epoch, seen)
      }
      case 'layers':
        return layersOf(await this.#surveyOf(key, trained, data))
      case 'samples':
        return samplesOf(await this.#surveyOf(key, trained, data))
    }
  }

  #surveyOf(key: string, trained: TrainedNetwork, data: DataSet): Promise<Survey> {
    return this.#survey.get(key, () => survey({ ...trained, data }))
  }

  #dataOf(experiment: Experiment, folder: string | null): Promise<DataSet> {
    return this.#data.get(JSON.stringify([experiment.data, folder]), () => testData(experiment, folder))
  }
}

/** The networks of one seed, read when their turn comes. */
function* epochsOf(folder: string, { seed }: NetworkChoice, epochs: readonly (number | null)[]) {
  for (const epoch of epochs) yield readNetwork(folder, { seed, epoch })
}
