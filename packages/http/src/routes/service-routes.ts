import { z } from 'zod'
import { answerJson, answerProblem } from '../answer/answer.ts'
import { createProblem } from '../answer/problem.ts'
import { retryAfter } from '../answer/refusal.ts'
import type { PublicRoute } from '../api/call.ts'
import { component } from '../openapi/registry.ts'

const state = component('ServiceStatus', z.object({ status: z.enum(['ok', 'ready']) }))

export const getHealth: PublicRoute = {
  access: 'public',
  method: 'GET',
  path: '/health',
  document: { operationId: 'getHealth', tag: 'service', summary: 'Whether the process answers', answers: { 200: { description: 'It does', schema: state } } },
  handle: () => answerJson(200, { status: 'ok' }),
}

export const getReady: PublicRoute = {
  access: 'public',
  method: 'GET',
  path: '/ready',
  document: {
    operationId: 'getReady', tag: 'service', summary: 'Whether orders are taken', description: '503 while the service recovers, in rescue mode, and when it closes.',
    answers: { 200: { description: 'They are', schema: state } },
  },
  handle: ({ settings, instance }) => {
    if (settings.service.state === 'ready' && !settings.closed.aborted) return answerJson(200, { status: 'ready' })
    return answerProblem(createProblem(503, 'NOT_READY', 'Orders are not taken now.', { retryable: true, instance: instance() }), retryAfter(1000))
  },
}

export const getDocument: PublicRoute = {
  access: 'public',
  method: 'GET',
  path: '/openapi.json',
  document: {
    operationId: 'getDocument', tag: 'service', summary: 'This document',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({}) } },
  },
  handle: ({ document }) => answerJson(200, document()),
}
