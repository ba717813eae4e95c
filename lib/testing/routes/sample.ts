import type { OperationSpec } from "@/lib/api-client/operation";

/** A UUID that is not in use. */
export const NOBODYS_ID = "00000000-0000-7000-8000-000000000000";

const SAMPLES: Readonly<Record<string, string | readonly string[]>> = {
  "getLogTile level": "0",
  "getLogTile index": ["000"],
  "getLogEntries index": ["000"],
  "setAlertThreshold name": "denials",
  "endSession id": "A".repeat(24),
  seq: "999999999",
  epoch: "9999",
  number: "9999",
  quarter: "2026-Q3",
};

/** Returns the names of the parameters in an operation's path. */
export function parameterNames({ path }: OperationSpec): readonly string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]));
}

/** Returns parameters of the right form that name no row, as Next passes them to a route. */
export function sampleParams(operation: OperationSpec): Record<string, string | string[]> {
  return Object.fromEntries(
    parameterNames(operation).map((name) => {
      const sample = SAMPLES[`${operation.id} ${name}`] ?? SAMPLES[name] ?? NOBODYS_ID;
      return [name, typeof sample === "string" ? sample : [...sample]];
    }),
  );
}

/** Returns the query of operations that need one. */
export function sampleQuery({ id }: OperationSpec): string {
  if (id === "search") return "?q=unknown-1";
  if (id === "listViews") return "?list=requests";
  return id === "rotateKeyAlias" || id === "listRotations" ? "?participant_id=unknown-1" : "";
}

/** Returns the address with these parameters in their places. */
export function addressOf(
  operation: OperationSpec,
  params: Readonly<Record<string, string | string[]>>,
): string {
  return operation.path.replaceAll(/\{([^}]+)\}/g, (_whole, name: string) => {
    const value = params[name] ?? "";
    return (typeof value === "string" ? [value] : value).map(encodeURIComponent).join("/");
  });
}
