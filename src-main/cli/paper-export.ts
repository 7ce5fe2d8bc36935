import type { OpenedPaper } from './paper-open.ts'
export async function exportExhibit(
  _opened: OpenedPaper,
  _id: string,
  _file: string,
  _oursOnly: boolean,
): Promise<void> {}
