import type { CommandSpec } from "./command";
import type { Connection } from "./connect";
import type { Host } from "./host";
import type { Output } from "./output";
import type { Target } from "./settings";

/** What a command works with. */
export interface Cx {
  readonly host: Host;
  readonly out: Output;
  readonly commands: readonly CommandSpec[];
  /** Reads where to call; throws CliError (usage) where that is not known. */
  target(): Target;
  /** Calls as the target says; `send` in place of fetch. */
  connect(send?: typeof fetch): Connection;
}
