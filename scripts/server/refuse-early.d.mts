import type { IncomingMessage, ServerResponse } from "node:http";

export function refuseEarly(request: IncomingMessage, response: ServerResponse): boolean;
