import type { Server } from "node:http";

export interface ServerLimits {
  readonly headerBytes?: number;
  readonly headersMs?: number;
  readonly requestMs?: number;
  readonly keepAliveMs?: number;
  readonly checkMs?: number;
  readonly lingerMs?: number;
}

export function createPortalServer(limits?: ServerLimits): Server;
