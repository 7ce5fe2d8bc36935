/**
 * A Slurm of one's own: munged, slurmctld and slurmd of the system's packages on the loopback, with keys, state and ports of
 * their own, under the person who runs it. No process tracking by cgroups and no task binding, which need rights.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface OwnSlurm {
  /** Runs one of Slurm's commands; throws with what it said where it fails. */
  readonly ask: (program: string, ...words: readonly string[]) => string
  /** For programs that call Slurm's commands themselves. */
  readonly environment: Readonly<Record<string, string>>
  /** Ends its daemons. */
  readonly stop: () => Promise<void>
}

const PLACES = ['/usr/sbin', '/usr/bin', '/usr/local/sbin', '/usr/local/bin']
const place = (program: string): string | undefined =>
  PLACES.map((folder) => join(folder, program)).find((path) => existsSync(path))

/** Why there can be none here; null where it may be tried. */
export function whyNoSlurm(): string | null {
  if (process.platform !== 'linux') return 'Slurm runs on Linux'
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'scontrol', 'squeue', 'scancel'].filter(
    (program) => place(program) === undefined,
  )
  return missing.length === 0 ? null : `${missing.join(', ')} not found (Debian: munge slurmctld slurmd slurm-client)`
}

/**
 * @param folder of its own, for keys, state and logs
 * @param cpus that its one node has
 * @throws where a daemon does not come up, with the end of its log
 */
export async function startSlurm(folder: string, cpus: number): Promise<OwnSlurm> {
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name), { recursive: true })
  const key = join(folder, 'munge.key')
  const socket = join(folder, 'munge.socket')
  writeFileSync(key, randomBytes(128), { mode: 0o600 })
  const conf = join(folder, 'slurm.conf')
  writeFileSync(conf, configuration(folder, socket, cpus, [await freePort(), await freePort()]))
  const environment = { SLURM_CONF: conf }
  const daemons: ChildProcess[] = []
  const begin = (program: string, ...words: readonly string[]): void => {
    const log = openSync(join(folder, `${program}.log`), 'a')
    daemons.push(
      spawn(place(program) ?? program, [...words], {
        env: { ...process.env, ...environment },
        stdio: ['ignore', log, log],
      }),
    )
  }
  const ask = (program: string, ...words: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(place(program) ?? program, [...words], {
      env: { ...process.env, ...environment },
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${status}: ${stderr}${stdout}`)
    return stdout
  }
  const stop = async (): Promise<void> => {
    for (const daemon of daemons.toReversed()) {
      if (daemon.exitCode !== null || daemon.signalCode !== null) continue
      const gone = new Promise((resolve) => daemon.once('exit', resolve))
      daemon.kill('SIGTERM')
      await Promise.race([gone, sleep(5000)])
      daemon.kill('SIGKILL')
    }
  }
  try {
    const files = ['pid', 'log', 'seed'].map((name) => `--${name}-file=${join(folder, `munged.${name}`)}`)
    begin('munged', '--foreground', '--force', `--socket=${socket}`, `--key-file=${key}`, ...files)
    await until(() => existsSync(socket), folder, 'munged')
    begin('slurmctld', '-D', '-c')
    begin('slurmd', '-D')
    await until(() => /^idle$/m.test(attempt(() => ask('sinfo', '-h', '-o', '%T'))), folder, 'slurmd')
  } catch (error) {
    await stop()
    throw error
  }
  return { ask, environment, stop }
}

function attempt(say: () => string): string {
  try {
    return say()
  } catch {
    return ''
  }
}

async function until(ready: () => boolean, folder: string, daemon: string): Promise<void> {
  const latest = performance.now() + 60_000
  while (!ready()) {
    if (performance.now() > latest) {
      const said = attempt(() => readFileSync(join(folder, `${daemon}.log`), 'utf8'))
      throw new Error(`${daemon} did not come up; its log ends: ${said.slice(-1500)}`)
    }
    await sleep(200)
  }
}

function configuration(
  folder: string,
  socket: string,
  cpus: number,
  [control = 0, node = 0]: readonly number[],
): string {
  const { username } = userInfo()
  const host = hostname()
  return `ClusterName=apical
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${control}
SlurmdPort=${node}
SlurmUser=${username}
SlurmdUser=${username}
AuthType=auth/munge
CredType=cred/munge
# A task that was queued again waits until its old credential has run out.
AuthInfo=socket=${socket},cred_expire=5
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd.pid')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
JobRequeue=1
OverTimeLimit=0
KillWait=5
MailProg=/bin/true
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus} RealMemory=4000 State=UNKNOWN
PartitionName=all Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
}
