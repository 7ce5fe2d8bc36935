/** The lab's own child processes: entry files of the lab under plain Node, with an IPC channel. */
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { nodeProgram } from './installation.ts'

/**
 * Starts `entry`, a path under src-main/lab; its standard input is closed.
 *
 * @param output where its standard output and standard error go: nowhere, or to an open file
 */
export function spawnNode(root: string, entry: string, output: 'ignore' | number): ChildProcess {
  return spawn(nodeProgram(root), [join(root, 'src-main', 'lab', entry)], {
    cwd: root,
    env: childEnvironment(),
    stdio: ['ignore', output, output, 'ipc'],
    windowsHide: true,
  })
}

/** The child is a plain Node, whatever its host was told to be. */
function childEnvironment(): NodeJS.ProcessEnv {
  const environment = { ...process.env }
  for (const name of ['NODE_OPTIONS', 'ELECTRON_RUN_AS_NODE', 'NODE_CHANNEL_FD'])
    Reflect.deleteProperty(environment, name)
  return environment
}
