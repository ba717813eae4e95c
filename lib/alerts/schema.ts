import { z } from "zod";
import { pageOf, pageQuery, Receipt, visibleText } from "@/lib/schema";

export const Severity = z.enum(["critical", "warning"]);
export type Severity = z.infer<typeof Severity>;

export const AlertPath = z.strictObject({ id: z.uuid().toLowerCase() });

export const AlertQuery = z.strictObject({
  ...pageQuery,
  view: z.enum(["open", "resolved", "all"]).default("open"),
});
export type AlertQuery = z.infer<typeof AlertQuery>;

/** Who acted on an alert, and what they wrote. */
const ActedOn = z.object({
  by: z.string(),
  at: z.string(),
  note: z.string().nullable(),
});

export const Alert = z.object({
  id: z.string(),
  /** Name of the alarm, as in the log of the process. */
  name: z.string(),
  /** What it is about: a kind and an id, e.g. `transaction:01a2…`; `instance` for the whole. */
  subject: z.string(),
  /** Name of the person whom it is about; null for other subjects. */
  person: z.string().nullable(),
  severity: Severity,
  state: z.enum(["open", "acknowledged", "resolved"]),
  /** File of docs/runbooks, without its ending. */
  runbook: z.string(),
  opened_at: z.string(),
  last_seen_at: z.string(),
  /** How often it was seen. */
  count: z.int(),
  /** Numbers of the log entries that a rule found, the newest hundred. */
  entries: z.array(z.int()),
  acknowledged: ActedOn.nullable(),
  /** Who resolved it. `by` is null if its cause ended. */
  resolved: ActedOn.extend({ by: z.string().nullable() }).nullable(),
  /** The cause has not ended, so it cannot be resolved yet. */
  is_lasting: z.boolean(),
  may_acknowledge: z.boolean(),
  may_resolve: z.boolean(),
});
export type Alert = z.infer<typeof Alert>;
export const AlertPage = pageOf(Alert);
export type AlertPage = z.infer<typeof AlertPage>;
export const AlertChanged = Alert.extend({ receipt: Receipt });
export type AlertChanged = z.infer<typeof AlertChanged>;

export const NewNote = z.strictObject({ note: visibleText(1_000) });
export type NewNote = z.infer<typeof NewNote>;
export const NewResolution = z.strictObject({ reason: visibleText(1_000) });
export type NewResolution = z.infer<typeof NewResolution>;
