import { DataProblem } from '../../data/problem.ts'
import { LabProblem } from '../problem.ts'

/** What is wrong with data is the person's to put right: a refusal like any other, shown beside the data set's field. */
export async function refuseDataProblems<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DataProblem)) throw error
    throw new LabProblem(error.message, error.next, [{ path: 'data.name', message: error.message }], error)
  }
}
