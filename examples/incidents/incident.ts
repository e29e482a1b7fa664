import { openStage, type Point, type Stage, type StageOptions } from './stage.ts'

/** A day from the news, small enough to watch. */
export interface Incident {
  readonly name: string
  /** What happened, and what it cost. */
  readonly happened: string
  readonly options: StageOptions
  /** The program that went wrong. It does the same on either way. */
  play(stage: Stage): Promise<void>
}

export interface Side {
  readonly loss: number
  readonly points: readonly Point[]
  /** Requests that reached the broker. */
  readonly sent: number
  /** What refused the others: code and how often. */
  readonly denials: ReadonlyMap<string, number>
}

export interface Outcome {
  readonly incident: Incident
  readonly without: Side
  readonly with: Side
}

async function playOn(incident: Incident, way: 'straight' | 'sluice'): Promise<Side> {
  const stage = await openStage(way, incident.options)
  try {
    await incident.play(stage)
    return { loss: stage.points.at(-1)?.loss ?? 0, points: stage.points, sent: stage.sent, denials: stage.denials }
  } finally {
    await stage.close()
  }
}

/** The same day twice. */
export async function replay(incident: Incident): Promise<Outcome> {
  return { incident, without: await playOn(incident, 'straight'), with: await playOn(incident, 'sluice') }
}
