import "server-only";
import type { ExportFlaw } from "../schema";

/** Where an export's bytes go. It holds the producer back at the reader's pace, and throws once nobody reads. */
export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** Told once that nothing stands against the export; the first byte follows, or the export is broken off without one. */
  begun?(): void;
  /** Told how many entries are done, now and then. */
  progress?(entries: number): void;
}

/** How far an export went: entries in it, and the size of the tree it ends at. */
export interface Produced {
  readonly entries: number;
  readonly size: number;
  /** What is wrong with the log by its own checkpoint, where that was found. */
  readonly flaw: ExportFlaw | undefined;
}
