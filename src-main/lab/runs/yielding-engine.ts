/**
 * An engine whose sessions yield to the event loop after every call. Some engines compute without ever yielding, and then
 * a pause, a stop or the loss of the host would be noticed only when everything is over.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Engine, Session } from '../../engines/engine.ts'

export function yieldingEngine(engine: Engine): Engine {
  return {
    name: engine.name,
    available: () => engine.available(),
    open: async (compiled, options) => listening(await engine.open(compiled, options)),
  }
}

function listening(session: Session): Session {
  const thenListen = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work
    await nextTurn()
    return result
  }
  return {
    engine: session.engine,
    device: session.device,
    get atOnce() {
      return session.atOnce
    },
    bind: (data) => {
      session.bind(data)
    },
    write: (parameter, replica, values) => {
      session.write(parameter, replica, values)
    },
    read: (parameter, replica) => session.read(parameter, replica),
    train: (plan) => thenListen(session.train(plan)),
    evaluate: (plan) => thenListen(session.evaluate(plan)),
    predict: (plan) => thenListen(session.predict(plan)),
    close: () => {
      session.close()
    },
  }
}
