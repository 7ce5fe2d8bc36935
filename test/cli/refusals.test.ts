/**
 * Bad input: each has its own sentence that names what it is about, what was expected and what was found, on standard
 * error; nothing on standard output; exit code 2; and no results folder is begun.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeIdxFolder } from './idx-folder.ts'
import { answered, apical, type Finished } from './process.ts'

const scratch = mkdtempSync(join(tmpdir(), 'apical-cli-'))
const out = join(scratch, 'results')
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true })
})

function file(name: string, text: string): string {
  writeFileSync(join(scratch, name), text)
  return join(scratch, name)
}

async function refused(words: readonly string[], ...said: readonly (string | RegExp)[]): Promise<void> {
  refusedAs(await answered(words), said)
}

function refusedAs({ code, out: printed, err }: Finished, said: readonly (string | RegExp)[]): void {
  for (const words of said) expect(err).toMatch(words)
  expect(err, 'a person reads this: no stack').not.toMatch(/^\s+at /m)
  expect(printed).toBe('')
  expect(code).toBe(2)
  expect(existsSync(out) ? readdirSync(out) : []).toEqual([])
}

describe.concurrent('words that mean nothing', () => {
  it('in a process: its exit code and its streams', async () => {
    refusedAs(await apical(['run', 'corinfomax-mnits', '--json', '--out', out]), [/"corinfomax-mnist"/])
  })
  it('no command shows the commands', () => refused([], 'Usage: apical COMMAND'))
  it('an unknown command', () => refused(['rnu'], /There is no command "rnu"\. Did you mean "run"\?/))
  it('an unknown option', () =>
    refused(['run', 'corinfomax-glyphs', '--epcohs', '3'], /no option "--epcohs"\. Did you mean "--epochs"\?/))
  it('a data set to get that nobody publishes', () =>
    refused(['data', 'get', 'mnits'], /takes one of mnist, .*found "mnits"\. Did you mean "mnist"\?/))
  it('no data set to get', () => refused(['data', 'get'], /"data get NAME"/, /NAME is one of mnist/))
  it('a command without its operand', () => refused(['show'], /Expected .*, found nothing/))
  it('networks of a run that is not there', () =>
    refused(['inspect', 'none', '--out', out], /There is no experiment "none"/, /apical runs/))
})

describe.concurrent('run refuses', () => {
  const glyphs = ['run', 'corinfomax-glyphs-small', '--json', '--out', out]

  it('nothing to run', () => refused(['run', '--json'], /preset/))
  it('an unknown preset, with the nearest one', () =>
    refused(['run', 'corinfomax-mnits', '--json', '--out', out], /corinfomax-mnits/, /"corinfomax-mnist"/))
  it('a file that is not there', () =>
    refused(['run', join(scratch, 'none.json'), '--out', out], /none\.json/, /no such file/))
  it('a file that is no JSON', () =>
    refused(['run', file('words.json', 'hello'), '--out', out], /words\.json/, /expected JSON/))
  it('a file that is no experiment', () =>
    refused(['run', file('list.json', '[1, 2]'), '--out', out], /list\.json|experiment/))
  it('a file nested without end', () =>
    refused(['run', file('deep.json', '['.repeat(100_000)), '--out', out], /deep\.json/, /deep/))
  it('a file of another size than any experiment', () =>
    refused(['run', file('large.json', ' '.repeat(2 ** 21)), '--out', out], /large\.json/, /KiB/))
  it('a data folder that leads back to itself', () => {
    symlinkSync(join(scratch, 'loop'), join(scratch, 'loop'))
    return refused(['run', 'corinfomax-mnist', '--data', join(scratch, 'loop'), '--out', out], /loop/, /links|looked/)
  })
  it('a file from the future', () =>
    refused(['run', file('future.json', '{"version": 99}'), '--out', out], /version/, /99/))

  it('seeds that are no list', () => refused([...glyphs, '--seeds', '0,x'], /--seeds/, /"x"/))
  it('seeds given twice', () => refused([...glyphs, '--seeds', '0,0'], /seed 0 is given twice/))
  it('no epochs', () => refused([...glyphs, '--epochs', '0'], /epochs/, /"?0"?/))
  it('a setting that does not exist', () => refused([...glyphs, '--set', 'rule.settings.gama=1'], /gama/))
  it('a setting out of its range', () => refused([...glyphs, '--set', 'training.batchSize=0'], /batchSize/, /0/))
  it('a setting without a value', () =>
    refused([...glyphs, '--set', 'training.batchSize'], /training\.batchSize/, /KEY=VALUE/))
  it('the best epoch on a validation set that there is not', () =>
    refused([...glyphs, '--set', 'training.selection=best-validation-epoch'], /training\.selection/, /found none/))
  it('a split that leaves less than a batch', () =>
    refused(
      [...glyphs, '--limit-train', '20', '--set', 'training.validation.fraction=0.5'],
      /training\.validation\.fraction/,
      /one batch of \d+ training samples, found 10 of 20 left/,
    ))
  it('a split that leaves a class without a sample', () =>
    refused(
      [...glyphs, '--limit-train', '100', ...['--set', 'training.validation.fraction=0.05']],
      /training\.validation\.fraction/,
      /all 10 classes/,
    ))
  it('a split that by its draw leaves a class without a sample', () =>
    refused(
      [
        ...[...glyphs, '--limit-train', '100', '--set', 'training.validation.fraction=0.1'],
        ...['--set', 'training.validation.stratified=false'],
      ],
      /training\.validation/,
      /at least one validation sample of every class, found none of class \d, which has 10 in all/,
    ))
  it('a way into the prototype', () => refused([...glyphs, '--set', '__proto__.polluted=1'], /__proto__/))
  it('a sweep over a setting that does not exist', () =>
    refused([...glyphs, '--sweep', 'training.batchsize=1,2'], /batchsize/))
  it('a sweep over a range that cannot be read', () =>
    refused(
      [...glyphs, '--sweep', 'neuralLr=0.1..x'],
      /neuralLr: the range "0\.1\.\.x" cannot be read/,
      /0\.01\.\.0\.1\/5/,
    ))
  it('a sweep over a value out of its range', () =>
    refused([...glyphs, '--sweep', 'neuralLr=0.1,100'], /neuralLr cannot be 100/, /at most 10, found 100/))
  it('a sweep over a place that a list has not', () =>
    refused([...glyphs, '--sweep', 'widths.7=100,200'], /no entry 7 in widths/))
  it('a sweep over a depth that rates cannot follow', () =>
    refused([...glyphs, '--sweep', 'depth=1..2'], /depth cannot be 2/, /pair the depth with lrFeedback/))
  it('a sweep with the same value twice', () =>
    refused([...glyphs, '--sweep', 'neuralLr=0.1,1e-1'], /the same twice: neuralLr=0\.1 and neuralLr=1e-1/))
  it('pairs of unequal length', () =>
    refused(
      [...glyphs, '--pair', '--sweep', 'hidden=10,20', '--sweep', 'neuralLr=0.1,0.2,0.3'],
      /equal length to pair, found hidden with 2, neuralLr with 3/,
    ))
  it('a pair of one', () => refused([...glyphs, '--pair', '--sweep', 'hidden=10,20'], /--pair .* found 1/))
  it('an unknown engine', () => refused([...glyphs, '--engine', 'refrence'], /--engine/, /Did you mean "reference"\?/))
  it('float64 on an engine that has none', () =>
    refused([...glyphs, '--engine', 'tensorflow', '--precision', 'float64'], /float64/))

  it('a results folder that is a file', () =>
    refused(
      ['run', 'corinfomax-glyphs-small', '--json', '--out', join(file('plain', ''), 'results')],
      /plain/,
      /results/,
    ))

  const root = process.getuid?.() === 0
  it.skipIf(root)(
    `a results folder that may not be written to${root ? ' (skipped: root may write anywhere)' : ''}`,
    async () => {
      const locked = join(scratch, 'locked')
      mkdirSync(locked)
      chmodSync(locked, 0o555)
      await refused(['run', 'corinfomax-glyphs-small', '--json', '--out', locked], /locked/, /writ/)
    },
  )
})

describe.concurrent('data that cannot be trained on', () => {
  const mnist = (folder: string) => [
    'run',
    'corinfomax-mnist',
    '--engine',
    'reference',
    '--json',
    '--out',
    out,
    '--data',
    folder,
  ]

  it('a folder that is not there', () => refused(mnist(join(scratch, 'nowhere')), /nowhere/))
  it('an empty folder', () => {
    mkdirSync(join(scratch, 'empty'))
    return refused(mnist(join(scratch, 'empty')), /empty/, /train-images-idx3-ubyte/)
  })
  it('a truncated file', () =>
    refused(
      mnist(makeIdxFolder(join(scratch, 'truncated'), 'truncated')),
      /train-images-idx3-ubyte/,
      /47[ ,.]?040|1[ ,.]?0(00|16)/,
    ))
  it('a wrong magic number', () =>
    refused(
      mnist(makeIdxFolder(join(scratch, 'magic'), 'wrong magic')),
      /train-images-idx3-ubyte/,
      /magic/i,
      /1234|4660/,
    ))
  it('labels of another length', () =>
    refused(mnist(makeIdxFolder(join(scratch, 'labels'), 'labels too short')), /labels/, /60/, /59/))

  it('data verify says the same', async () => {
    const folder = makeIdxFolder(join(scratch, 'verify'), 'wrong magic')
    const { code, err } = await answered(['data', 'verify', folder, '--json'])
    expect(err).toMatch(/magic/i)
    expect(code).toBe(2)
  })
})

describe.concurrent('runs that are not there', () => {
  it('show', () => refused(['show', 'nothing-here', '--out', out, '--json'], /nothing-here/))
  it('resume', () => refused(['resume', 'nothing-here', '--out', out, '--json'], /nothing-here/))
  it('a run named by a way out of the folder', () => refused(['show', '..', '--out', out, '--json'], /"\.\."|\.\./))
})
