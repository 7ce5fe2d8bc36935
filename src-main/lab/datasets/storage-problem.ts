/** What a disk says while a data set is stored, in words with the next step. */
import { fileProblem, LabProblem } from '../problem.ts'

/** The problem in words; an error that is not the file system's comes back as it is. */
export function storageProblem(thrown: unknown, path: string): unknown {
  // Some writers have said it already, in words about runs.
  const error = thrown instanceof LabProblem && thrown.cause !== undefined ? thrown.cause : thrown
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new LabProblem(
        `Cannot write ${path}: ${code === 'ENOSPC' ? 'the disk is full' : 'your disk quota is used up'}.`,
        'Free some space and download again; it continues where it stopped.',
        [],
        error,
      )
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new LabProblem(
        `Cannot write ${path}: you have no permission to write there.`,
        'Set APICAL_HOME to a folder of your own and start Apical again, or get the files by hand and choose their folder.',
        [],
        error,
      )
    case '':
      return thrown
    default:
      return (
        fileProblem(error, 'Cannot write', path) ??
        new LabProblem(
          `Cannot write ${path}: ${error instanceof Error ? error.message : code}.`,
          'Check the disk or the connection to the share, then download again.',
          [],
          error,
        )
      )
  }
}
