/** The door to machine/: where this installation lies, the hardware it runs on, and its plain Node processes. */
export { askProcess, type SaidByProcess } from './machine/asked-process.ts'
export { describeHardware } from './machine/hardware.ts'
export { nodeProgram, rootFolder, versionIn } from './machine/installation.ts'
export { spawnNode } from './machine/node-process.ts'
