/** The machine that a run was trained on, a line each: what a reader needs to expect the same numbers. */
import type { Environment } from '../../src-main/contract.ts'
import { bytes } from './format.ts'

interface EnvironmentLine {
  readonly label: string
  readonly value: string
}

/** @param when how the time of its start is written */
export function environmentLines(environment: Environment, when: (iso: string) => string): readonly EnvironmentLine[] {
  const { apical, node, os, cpu, cores, memoryBytes, engine, device, precision, started, beside } = environment
  return [
    { label: 'Engine', value: `${engine}, ${precision}` },
    { label: 'Device', value: device },
    ...(beside === undefined
      ? []
      : [{ label: 'Side by side', value: `with ${beside} other experiment${beside === 1 ? '' : 's'}` }]),
    { label: 'Processor', value: `${cpu}, ${cores} cores` },
    { label: 'Memory', value: bytes(memoryBytes) },
    { label: 'System', value: os },
    { label: 'Apical', value: `${apical}, Node ${node}` },
    { label: 'Started', value: when(started) },
  ]
}
