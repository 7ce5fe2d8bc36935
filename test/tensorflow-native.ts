// Proves the tensorflow engine on TensorFlow itself, not only in WebAssembly: builds tfjs-node's addon against the C
// library that the wheel `tensorflow-cpu` carries, and runs golden cases, battery, sessions and the bench on it. Not a part
// of `npm test`: it downloads half a gigabyte, into build/tensorflow-native.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compiler } from '../src-main/engines/native/build.ts'
import { pythonWith } from './lab/python.ts'

const root = dirname(import.meta.dirname)
const folder = join(root, 'build/tensorflow-native')
/**
 * tfjs-node 4.22 was released with TensorFlow 2.9.1, whose wheels keep the C library inside Python's module; 2.12 is the
 * first that carries it in a file of its own, with the same C interface. Which Python the wheel is for does not matter.
 */
const tensorflow = {
  requirement: 'tensorflow-cpu==2.12.1',
  sha256: '7ffb595707a8fb376deaddc768784c7a0242b16cbc6e06393b1733b2ce19f855',
  target: [
    ...['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'],
    ...['--platform', 'manylinux2014_x86_64', '--only-binary', ':all:', '--no-deps'],
  ],
} as const
const wheel = join(folder, tensorflow.requirement.replace('==', '-'))
const libraries = join(wheel, 'tensorflow')
const library = join(libraries, 'libtensorflow_cc.so.2')

if (process.platform !== 'linux' || process.arch !== 'x64')
  skip(`the wheel is for Linux on x64, and this is ${process.platform} on ${process.arch}`)
const cxx = compiler() ?? skip('this machine has no C++ compiler (Debian: apt-get install g++)')
if (!existsSync(library))
  fetchLibrary(pythonWith('pip', 'zipfile') ?? skip('there is no Python with pip to fetch the wheel with'))
const tfjsNode = fetchTfjsNode()
buildAddon(cxx)

const env = {
  ...process.env,
  // That binding or none: nothing below can fall back to WebAssembly unseen.
  APICAL_TFJS_NODE: tfjsNode,
  APICAL_ENGINES: 'tensorflow',
  // Two test files at a time each take all processors, and greet.
  TF_CPP_MIN_LOG_LEVEL: '1',
}
prove()
const tests = ['test/golden', 'test/engines/battery.test.ts', 'test/engines/sessions.test.ts']
const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', 'test/vitest.config.ts']
const tested = spawnSync(process.execPath, [...vitest, '--testTimeout', '300000', ...tests], {
  cwd: root,
  stdio: 'inherit',
  env,
})
const measured = [1, 2, 10].map((replicas) => bench(replicas))
process.exit(tested.status === 0 && measured.every(Boolean) ? 0 : 1)

/** TensorFlow's two libraries and its headers, nothing else of the wheel. */
function fetchLibrary(python: string): void {
  say(`fetching ${tensorflow.requirement}…`)
  rmSync(wheel, { recursive: true, force: true })
  const downloads = join(folder, 'downloads')
  mkdirSync(downloads, { recursive: true })
  const requirements = join(downloads, 'requirements.txt')
  writeFileSync(requirements, `${tensorflow.requirement} --hash=sha256:${tensorflow.sha256}\n`)
  const options = ['--disable-pip-version-check', '--dest', downloads, ...tensorflow.target]
  const fetched = ran(python, ['-m', 'pip', 'download', ...options, '--require-hashes', '-r', requirements])
  const said = `${fetched.stdout}${fetched.stderr}`
  if (/do not match the hashes/i.test(said)) fail(`The wheel is not the one that was looked at:\n${said}`)
  if (!succeeds(fetched)) skip(`pip cannot have ${tensorflow.requirement} here:\n${said.trim()}`)
  const unpack = [
    'import glob, sys, zipfile',
    'archive = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])',
    'wanted = ("tensorflow/include/tensorflow/", "tensorflow/include/tsl/", "tensorflow/libtensorflow_")',
    'archive.extractall(sys.argv[2], [name for name in archive.namelist() if name.startswith(wanted)])',
  ]
  // Whole or not there at all: a stop in between must not pass for a library the next time.
  must('unpacking the wheel', ran(python, ['-c', unpack.join('\n'), downloads, `${wheel}.part`]))
  renameSync(`${wheel}.part`, wheel)
  rmSync(downloads, { recursive: true })
}

/** The package that the program names for a card, without its own script, which would download another library. */
function fetchTfjsNode(): string {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>
  }
  const name = '@tensorflow/tfjs-node-gpu'
  const version = optionalDependencies[name] ?? fail(`package.json names no ${name}`)
  const place = join(folder, 'node_modules', name)
  const manifest = join(place, 'package.json')
  const present = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version
    : undefined
  if (present !== version) {
    say(`fetching ${name}@${version}…`)
    // npm installs into the nearest folder with a manifest, which must not be the clone's.
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    const options = [
      '--ignore-scripts',
      '--no-save',
      '--no-package-lock',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ]
    const installed = ran('npm', ['install', ...options, '--prefix', folder, `${name}@${version}`])
    if (!succeeds(installed)) skip(`npm cannot have ${name}@${version} here:\n${installed.stderr.trim()}`)
  }
  return place
}

/** What the package's binding.gyp says, without its generator. */
function buildAddon(cxx: string): void {
  say('compiling its addon against the wheel…')
  const out = join(tfjsNode, 'lib/napi-v8/tfjs_binding.node')
  mkdirSync(dirname(out), { recursive: true })
  const includes = [
    join(root, 'node_modules/node-api-headers/include'),
    join(libraries, 'include'),
    join(tfjsNode, 'binding'),
  ]
  must(
    'compiling the addon',
    ran(cxx, [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8'],
      ...includes.flatMap((include) => ['-I', include]),
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map((source) => join(tfjsNode, 'binding', source)),
      ...[library, join(libraries, 'libtensorflow_framework.so.2'), `-Wl,-rpath,${libraries}`],
      ...['-o', out],
    ]),
  )
}

/** In a process of its own, as the tests are: the engine's words, TensorFlow's version, and the library mapped into it. */
function prove(): void {
  const ask = [
    'import { readFileSync } from "node:fs"',
    'import { tensorflow } from "./src-main/engines/tensorflow.ts"',
    'const { device, reason } = await tensorflow.available()',
    'const mapped = readFileSync("/proc/self/maps", "utf8").includes(process.argv[1])',
    'process.stdout.write(JSON.stringify({ device, reason, mapped }))',
  ]
  const asked = spawnSync(process.execPath, ['--input-type=module', '--eval', ask.join('\n'), library], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  must('loading the addon', asked)
  const { device, reason, mapped } = JSON.parse(asked.stdout) as { device?: string; reason: string; mapped: boolean }
  if (!onTensorFlow(device) || !mapped) fail(`The engine does not run on TensorFlow's own library: ${asked.stdout}`)
  say(`the engine computes on ${device} (${library}): ${reason}`)
}

/** One line of `apical bench`, which must name the native binding too. */
function bench(replicas: number): boolean {
  const words = ['--rule', 'corinfomax', '--engine', 'tensorflow', '--replicas', String(replicas), '--json']
  const timed = spawnSync(process.execPath, [join(root, 'src-main/cli.ts'), 'bench', ...words], {
    cwd: root,
    env,
    encoding: 'utf8',
  })
  process.stdout.write(timed.stdout)
  if (!succeeds(timed)) process.stderr.write(timed.stderr)
  return succeeds(timed) && onTensorFlow((JSON.parse(timed.stdout) as { device: string }).device)
}

function onTensorFlow(device: string | undefined): device is string {
  return device?.includes('libtensorflow') === true
}

function ran(program: string, words: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync(program, words, { cwd: root, encoding: 'utf8' })
}

function succeeds({ status }: SpawnSyncReturns<string>): boolean {
  return status === 0
}

function must(doing: string, run: SpawnSyncReturns<string>): void {
  if (!succeeds(run)) fail(`${doing} failed:\n${run.error?.message ?? `${run.stdout}${run.stderr}`}`)
}

function say(sentence: string): void {
  process.stdout.write(`TensorFlow's own binding: ${sentence}\n`)
}

function skip(why: string): never {
  process.stderr.write(`Skipped: ${why}.\n`)
  process.exit(0)
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}
