import { z } from "zod";

export const Role = z.enum(["client", "miner", "coordinator", "auditor", "regulator", "admin"]);
export const Duty = z.enum(["admin", "approve", "legal", "compliance", "privacy", "support", "recovery"]);
export const Scope = z.enum([
  "submit",
  "open",
  "disclose",
  "export",
  "request",
  "decide",
  "keys",
  "read",
  "admin",
]);

/** Opening hours of an organisation: 1 is Monday; a missing day is closed; half-open intervals in its zone. */
export const WeeklyHours = z.record(
  z.enum(["1", "2", "3", "4", "5", "6", "7"]),
  z.tuple([z.string(), z.string()]),
);

/** What a session's newest proof was. */
export const SignInMethod = z.enum(["password", "totp", "recovery", "passkey"]);
