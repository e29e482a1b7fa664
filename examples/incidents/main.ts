// Four days from the news, played twice in virtual time: straight to a broker, and through Sluice.
//   node --conditions=@sluice/source examples/incidents/main.ts [--svg losses.svg]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { toSvg, toText } from './chart.ts'
import { type Outcome, replay } from './incident.ts'
import { incidents } from './incidents.ts'

const { values } = parseArgs({ options: { svg: { type: 'string' } } })
const outcomes: Outcome[] = []
for (const incident of incidents) outcomes.push(await replay(incident))
console.log(toText(outcomes))
if (values.svg !== undefined) writeFileSync(values.svg, toSvg(outcomes))
