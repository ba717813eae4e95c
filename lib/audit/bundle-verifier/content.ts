import type { Manifest } from "./claims/bundle-format";
import type { EntryCheck } from "./parts/check-entries";
import type { KeepableCheckpoint } from "./report/report";
import type { TrustedCheckpoint, TrustedKeys } from "./tree/check-tree";
import type { LeafStream } from "./tree/leaf-stream";

/** What the bundle's head says, and the keys it is held against. */
export interface Head {
  readonly manifest: Manifest;
  readonly keys: TrustedKeys;
  readonly certificates: readonly string[];
  /** Whether a trusted receipt key signed the manifest. */
  readonly isSigned: boolean;
  /** Log keys as the bundle itself names them. */
  readonly ownLogKeys: readonly string[];
}

/** Everything that was read of the log itself. */
export interface Content {
  readonly trusted: readonly TrustedCheckpoint[];
  /** The bundle's own newest checkpoint, where a trusted log key signed it. */
  readonly newest: KeepableCheckpoint | undefined;
  readonly leaves: LeafStream;
  readonly entries: EntryCheck;
}
