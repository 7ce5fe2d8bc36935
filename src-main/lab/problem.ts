/** A refusal or failure in words: what is wrong, and what the person can do next. */
import type { Problem } from '../experiment/experiment.ts'

export class LabProblem extends Error {
  override readonly name = 'LabProblem'
  /** One sentence. */
  readonly next: string
  /** Beside which fields, when it is about an experiment. */
  readonly problems: readonly Problem[]

  constructor(message: string, next: string, problems: readonly Problem[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.next = next
    this.problems = problems
  }
}

/** What a file system said, in words; null for an error that is not the file system's. */
export function fileProblem(error: unknown, doing: string, path: string): LabProblem | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const sentence = SENTENCES[code]
  if (sentence === undefined) return null
  return new LabProblem(`${doing} ${path}: ${sentence.what}.`, sentence.next, [], error)
}

/** The same for an error that no room put into words: what the system said of whatever path it named. */
export function systemProblem(error: unknown): LabProblem | null {
  if (!(error instanceof Error) || !('code' in error)) return null
  const path = 'path' in error && typeof error.path === 'string' ? error.path : null
  const sentence = SENTENCES[String(error.code)]
  if (sentence === undefined) return null
  return new LabProblem(
    path === null
      ? `The system refused: ${sentence.what}.`
      : `Cannot use ${path.replaceAll('\0', '\\0')}: ${sentence.what}.`,
    sentence.next,
    [],
    error,
  )
}

/** What a process says of any error, to be sent to its host. */
export function refusalOf(error: unknown, next = 'Try again.'): { readonly message: string; readonly next: string } {
  return {
    message: error instanceof Error ? error.message : String(error),
    next: error instanceof Error && 'next' in error ? String(error.next) : next,
  }
}

const SENTENCES: Readonly<Record<string, { readonly what: string; readonly next: string }>> = {
  ENOSPC: { what: 'the disk is full', next: 'Free some space and resume the run; nothing written so far is lost.' },
  EDQUOT: {
    what: 'your disk quota is used up',
    next: 'Free some space and resume the run; nothing written so far is lost.',
  },
  EACCES: {
    what: 'you have no permission',
    next: 'Choose another results folder with --out or APICAL_HOME, or change its permissions.',
  },
  EPERM: {
    what: 'the system does not permit it',
    next: 'Choose another results folder with --out or APICAL_HOME, or change its permissions.',
  },
  EROFS: { what: 'the disk is read-only', next: 'Choose another results folder with --out or APICAL_HOME.' },
  ENOTDIR: {
    what: 'part of the path is a file, not a folder',
    next: 'Choose another results folder with --out or APICAL_HOME.',
  },
  EEXIST: {
    what: 'something with that name is in the way',
    next: 'Choose another results folder with --out or APICAL_HOME.',
  },
  ENOENT: { what: 'it is not there (any more)', next: 'Check that the folder was not moved or deleted.' },
  EISDIR: { what: 'it is a folder, not a file', next: 'Move it away; Apical did not make it.' },
  EIO: {
    what: 'the disk reports an error',
    next: 'Check the disk or the connection to the share, then resume the run.',
  },
  EMFILE: { what: 'too many files are open', next: 'Close other programs and try again.' },
  ENFILE: { what: 'too many files are open on this machine', next: 'Close other programs and try again.' },
  EFBIG: {
    what: 'it would be larger than this disk, or your limit, allows for one file',
    next: 'Raise the limit (ulimit -f) or choose another disk with --out or APICAL_HOME, then resume the run.',
  },
  ELOOP: { what: 'its links lead back to themselves', next: 'Correct the link, or take it away.' },
  ENAMETOOLONG: { what: 'its name is longer than the system allows', next: 'Choose a shorter one.' },
  ENOTEMPTY: { what: 'a folder that is not empty is in the way', next: 'Move it away; Apical did not make it.' },
  EBUSY: { what: 'another program uses it', next: 'Close that program and try again.' },
  ENXIO: { what: 'there is no device behind it', next: 'Move it away; Apical did not make it.' },
  ERR_INVALID_ARG_VALUE: { what: 'no file can have that name', next: 'Choose another one.' },
}
