import type { ServerResponse } from "node:http";

export function floorHeaders(response: ServerResponse): void;
