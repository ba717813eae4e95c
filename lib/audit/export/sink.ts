import "server-only";
import type { ExportFlaw } from "../schema";

/** Receives an export's bytes. It makes the producer wait for the reader, and throws once the reader has left. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** Called once when the export can start. The first byte follows, or the export breaks off without one. */
  begun?(): void;
  /** Called from time to time with the number of entries done. */
  progress?(entries: number): void;
}

/** The extent of an export: its number of entries, and the size of the tree it ends at. */
export interface Produced {
  readonly entries: number;
  readonly size: number;
  /** A fault of the log that its own checkpoint shows, if one was found. */
  readonly flaw: ExportFlaw | undefined;
}
