#!/usr/bin/env node
import { runSluice } from './run-sluice.ts'
import { processTerminal } from './terminal/terminal.ts'

process.exitCode = await runSluice(process.argv.slice(2), processTerminal())
