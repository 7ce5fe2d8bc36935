/** The command line, as a process: how a command went is the exit code. */
import { main } from './cli/main.ts'

process.exitCode = await main(process.argv.slice(2))
