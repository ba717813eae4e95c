import type { z } from "zod";
import type { Fault } from "@/components/form/faults";
import { fieldReason } from "@/components/messages/field-reasons";
import { parseSaid } from "@/lib/issue-words";

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = body;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "string") return value.trim() === "";
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

/** What the operation's schema finds wrong with a body, before it is sent. One fault for each place. */
export function localFaults(schema: z.ZodType, body: unknown): Fault[] {
  const parsed = parseSaid(schema, body);
  if (parsed.success) return [];
  const faults = new Map<string, Fault>();
  for (const issue of parsed.error.issues) {
    const pointer = pointerOf(issue.path);
    const reason = isEmpty(valueAt(body, issue.path))
      ? fieldReason("is missing")
      : fieldReason(issue.message);
    if (!faults.has(pointer)) faults.set(pointer, { pointer, reason });
  }
  return [...faults.values()];
}
