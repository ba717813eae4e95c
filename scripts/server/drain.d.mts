import type { IncomingMessage, Server, ServerResponse } from "node:http";

export function drainable(server: Server): {
  saysLeaving(request: IncomingMessage, response: ServerResponse): boolean;
  drain(times: { readonly noticeMs: number; readonly wholeMs: number }, ended: () => void): void;
};
