import type { CommandSpec } from "./command";
import { PROFILE_COMMANDS } from "./commands/profile";
import { TRANSACTION_COMMANDS } from "./commands/transactions";

/** Every command there is; help, completion and parsing come from it. */
export const COMMANDS: readonly CommandSpec[] = [...PROFILE_COMMANDS, ...TRANSACTION_COMMANDS];
