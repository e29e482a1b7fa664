import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..', '..')
const pom = join(import.meta.dirname, 'pom.xml')
/** ms: the first time some 40 MB are fetched. */
const PATIENCE = 180_000

const runs = (command: string, option: string): boolean => spawnSync(command, [option], { stdio: 'ignore' }).status === 0

/** Why no broker can be had on this machine; undefined when it can be tried. */
export function whyNoKafka(): string | undefined {
  if (!runs('java', '-version')) return 'there is no java'
  if (!existsSync(jarsFolder()) && !runs('mvn', '--version')) return 'there is no mvn to fetch its jars'
  return undefined
}

/** One folder for each version of the file that names them. */
function jarsFolder(): string {
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)
  return join(root, 'node_modules', '.cache', `kafka-${version}`)
}

/**
 * The folder of the broker's jars, fetched by Maven once and kept.
 * @throws Error with what Maven said
 */
export function kafkaJars(): string {
  const folder = jarsFolder()
  if (existsSync(folder)) return folder
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  const { status, stdout, error } = spawnSync('mvn', ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`], { encoding: 'utf8', timeout: PATIENCE })
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Error(`the jars of Kafka could not be fetched: ${error?.message ?? stdout.split('\n').find((line) => line.includes('ERROR')) ?? `mvn ended with ${status}`}`)
  }
  // Whole or not at all, whoever else fetches them now.
  if (existsSync(folder)) rmSync(unfinished, { recursive: true, force: true })
  else renameSync(unfinished, folder)
  return folder
}
