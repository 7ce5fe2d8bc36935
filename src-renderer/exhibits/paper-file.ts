/** A paper as a file in the downloads folder. */
import type { Paper } from '../../src-main/contract.ts'
import { saveText } from '../export/files.ts'

export function savePaperFile(paper: Paper): void {
  saveText(`${paper.id}.apical`, `${JSON.stringify(paper, null, 1)}\n`)
}
