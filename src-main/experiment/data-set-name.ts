/** What a set of a person's own is called until somebody says otherwise: from its file, the same in the window and on the command line. */

/** What people may call a set, from where its file lies. */
export function dataSetTitle(path: string): string {
  const last =
    path
      .split(/[/\\]/)
      .filter((part) => part !== '')
      .at(-1) ?? ''
  return last.replace(/(\.(gz|csv|tsv|txt|npz|npy|parquet|idx|data))+$/i, '').slice(0, 80) || 'Data'
}

/** What experiments may call it: lower-case letters, digits and hyphens. */
export function dataSetName(title: string): string {
  const plain = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return plain === '' ? 'data' : plain
}
