export { type EventFollower, followEvents, type FollowEventsOptions, type FollowSocket, type FollowState } from './follow-events.ts'
