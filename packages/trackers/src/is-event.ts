import type { EventOf, EventType, RunEvent } from '@mochi/contract';

/** Narrows an event of the bus to its type. */
export const isEvent = <P extends object>(type: EventType<P>, event: RunEvent): event is EventOf<P> => event.type === type.type;
