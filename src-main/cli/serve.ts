/** `apical serve`: the face in a browser, for a machine without a display. */
import { fileURLToPath } from 'node:url'
import { serveUntilSignal } from '../serve/serve-until-signal.ts'
import { EXIT, type Command } from './command.ts'
import { SIDE_BY_SIDE_OPTION, sideBySideIn } from './side-by-side.ts'

export const serve: Command = {
  name: 'serve',
  operands: '',
  summary: 'serve the lab to a browser; prints its address with the access token',
  details:
    'Serves the lab to browsers on this machine and prints the address to open. The token in it is the key: whoever has it has the lab. ' +
    'To use it from another machine, forward the port: "ssh -L PORT:127.0.0.1:PORT MACHINE". Ctrl-C ends it; running experiments keep a checkpoint.',
  options: [
    { name: 'port', value: 'P', help: 'this port, 0 for any free one (default: the first free one from 4172 up)' },
    { name: 'host', value: 'ADDRESS', help: 'address to listen on (default: 127.0.0.1, this machine only)' },
    {
      name: 'results',
      value: 'DIR',
      help: 'results folder (default: APICAL_HOME/results, else Apical in the documents folder)',
    },
    SIDE_BY_SIDE_OPTION,
    {
      name: 'no-measure',
      value: null,
      help: 'measure no speeds while the machine is idle; forecasts then rest on runs and benchmarks',
    },
  ],
  async run(words, terminal) {
    words.none()
    const port = words.whole('port', 0, 65_535)
    const faceFolder = fileURLToPath(new URL('../../build/face', import.meta.url))
    await serveUntilSignal(
      {
        resultsFolder: words.text('results'),
        idleMeasuring: !words.has('no-measure'),
        sideBySide: sideBySideIn(words),
      },
      { faceFolder, port, host: words.text('host') },
      {
        print: (text) => {
          terminal.print(text)
        },
        warn: (text) => {
          terminal.complain(terminal.paint('yellow', text))
        },
      },
    )
    return EXIT.stopped
  },
}
