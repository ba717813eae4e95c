import type { IncomingMessage, ServerResponse } from "node:http";

export interface CompressedFile {
  readonly file: string;
  readonly type: string;
  readonly bytes: number;
}

export function compressBuild(root: string): void;
export function compressedFiles(root: string): Map<string, CompressedFile>;
export function serveCompressed(
  known: ReadonlyMap<string, CompressedFile>,
  request: IncomingMessage,
  response: ServerResponse,
): boolean;
