import type { Manifest } from "./claims/bundle-format";
import type { EntryCheck } from "./parts/check-entries";
import type { KeepableCheckpoint } from "./report/report";
import type { TrustedCheckpoint, TrustedKeys } from "./tree/check-tree";
import type { LeafStream } from "./tree/leaf-stream";

/** The bundle's head, and the keys it is verified with. */
export interface Head {
  readonly manifest: Manifest;
  readonly keys: TrustedKeys;
  readonly certificates: readonly string[];
  /** Whether a trusted receipt key signed the manifest. */
  readonly isSigned: boolean;
  /** Log keys that the bundle itself names. */
  readonly ownLogKeys: readonly string[];
}

/** Everything that was read from the log itself. */
export interface Content {
  readonly trusted: readonly TrustedCheckpoint[];
  /** The bundle's own newest checkpoint, if a trusted log key signed it. */
  readonly newest: KeepableCheckpoint | undefined;
  readonly leaves: LeafStream;
  readonly entries: EntryCheck;
}
