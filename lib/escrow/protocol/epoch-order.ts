import { z } from "zod";
import { Person, StatementSignature } from "./statements";

// `sealport/epoch/1`: an administrator on the roster orders the custodian to begin or to destroy an escrow epoch.

/** Roster duty of people who may order it. */
export const EPOCH_DUTY = "admin";

/** An epoch begins once and is destroyed once, so a repeated order changes nothing. */
export const EpochStatement = z.strictObject({
  log: z.string().min(1).max(255),
  act: z.enum(["begin", "destroy"]),
  epoch: z.int().min(1).max(1_000_000),
  person: Person,
});
export type EpochStatement = z.infer<typeof EpochStatement>;

export const SignedEpochOrder = z.strictObject({ statement: EpochStatement, signature: StatementSignature });
export type SignedEpochOrder = z.infer<typeof SignedEpochOrder>;

/** What a caller sends with an order: their signature; absent where the portal signs in an evaluation. */
export const EscrowOrder = z.strictObject({ signature: StatementSignature.optional() });
export type EscrowOrder = z.infer<typeof EscrowOrder>;
