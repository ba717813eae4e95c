import "server-only";
import type { Context } from "@/lib/context/context";
import { DomainError } from "@/lib/errors";

/** Returns the participant the caller submits for. Staff have none and cannot submit. */
export function requireSubmitter(cx: Context): string {
  const { participantId, role } = cx.principal;
  if (participantId === undefined || (role !== "client" && role !== "miner")) {
    throw new DomainError("auth.role", { detail: "Only clients and miners can submit transactions." });
  }
  return participantId;
}
